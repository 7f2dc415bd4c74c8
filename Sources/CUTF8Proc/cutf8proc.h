// Unicode normalisation and folding. Not by pkg-config: its flags are ones SwiftPM refuses.
#include <utf8proc.h>
