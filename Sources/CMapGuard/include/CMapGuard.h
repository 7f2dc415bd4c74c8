// Reading from a memory map that may shrink underneath the reader.
#ifndef CMAPGUARD_H
#define CMAPGUARD_H

#include <stddef.h>

/// Copies `count` bytes out of a file map. Returns 0, or -1 where a page of the map is gone (the
/// file was truncated, or the disk could not read it): the destination is then partly written.
///
/// Any thread may call it. The first call takes over SIGBUS for the process; a SIGBUS from anywhere
/// else goes to whoever handled it before.
int map_guard_copy(void *destination, const void *source, size_t count);

#endif
