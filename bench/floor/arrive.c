// arrive COUNT: prints the monotonic clock, in nanoseconds, when so many links are up (a vxlan also in its master).
// It hears of each link from the kernel, whoever makes them, and costs the maker nothing but the notice.
#include "netlink.h"

enum { MOST_LINKS = 1 << 21 };
static char room[1 << 18];
static unsigned char complete[MOST_LINKS];

static int is_complete(const struct nlmsghdr *message) {
  const struct ifinfomsg *link = NLMSG_DATA(message);
  if (!(link->ifi_flags & IFF_UP) || link->ifi_flags & IFF_LOOPBACK) return 0;
  const char *name = find(message, sizeof *link, IFLA_IFNAME);
  return name == NULL || name[0] != 'x' || find(message, sizeof *link, IFLA_MASTER) != NULL;
}

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  int wanted = atoi(argv[1]), have = 0, fd = open_rtnetlink(RTNLGRP_LINK);
  puts("listening");
  fflush(stdout);
  while (have < wanted) {
    ssize_t length = recv(fd, room, sizeof room, 0);
    if (length < 0) fail("recv");
    for (struct nlmsghdr *one = (void *)room; NLMSG_OK(one, length); one = NLMSG_NEXT(one, length)) {
      const struct ifinfomsg *link = NLMSG_DATA(one);
      if (one->nlmsg_type != RTM_NEWLINK || link->ifi_family != AF_UNSPEC || link->ifi_index >= MOST_LINKS) continue;
      if (complete[link->ifi_index] || !is_complete(one)) continue;
      complete[link->ifi_index] = 1;
      have++;
    }
  }
  printf("%lld\n", (long long)now_ns());
}
