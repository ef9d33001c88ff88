// show NAME MTU: prints the monotonic clock, in nanoseconds, when a notice shows that link with that MTU.
#include "netlink.h"

static char room[1 << 18];

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  unsigned wanted = (unsigned)atoi(argv[2]);
  int fd = open_rtnetlink(RTNLGRP_LINK);
  puts("listening");
  fflush(stdout);
  for (;;) {
    ssize_t length = recv(fd, room, sizeof room, 0);
    if (length < 0) fail("recv");
    for (struct nlmsghdr *one = (void *)room; NLMSG_OK(one, length); one = NLMSG_NEXT(one, length)) {
      const char *name = find(one, sizeof(struct ifinfomsg), IFLA_IFNAME);
      const unsigned *mtu = find(one, sizeof(struct ifinfomsg), IFLA_MTU);
      if (name == NULL || mtu == NULL || strcmp(name, argv[1]) != 0 || *mtu != wanted) continue;
      printf("%lld\n", (long long)now_ns());
      return 0;
    }
  }
}
