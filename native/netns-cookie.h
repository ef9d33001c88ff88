#pragma once

#include <sys/socket.h>

// Linux 5.14; the headers of the compiling machine may be older than the kernel it is run on.
#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif
