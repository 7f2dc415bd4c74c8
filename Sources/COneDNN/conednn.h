// oneDNN's C interface (Debian: libdnnl-dev 2.6).
#include <dnnl.h>
