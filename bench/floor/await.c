// await COUNT MTU PAUSE_MS: asks the kernel again and again, and prints the monotonic clock, in nanoseconds, when so
// many links named iN are up with that MTU.
#include "netlink.h"

static char room[1 << 18];

static int fitting(int fd, unsigned mtu) {
  struct request request;
  begin(&request, RTM_GETLINK, NLM_F_DUMP, sizeof request.link);
  send_request(fd, &request);
  for (int fit = 0;;) {
    ssize_t length = recv(fd, room, sizeof room, 0);
    if (length < 0) fail("recv");
    for (struct nlmsghdr *one = (void *)room; NLMSG_OK(one, length); one = NLMSG_NEXT(one, length)) {
      if (one->nlmsg_type == NLMSG_DONE) return fit;
      const struct ifinfomsg *link = NLMSG_DATA(one);
      const char *name = find(one, sizeof *link, IFLA_IFNAME);
      const unsigned *found = find(one, sizeof *link, IFLA_MTU);
      if (name != NULL && name[0] == 'i' && link->ifi_flags & IFF_UP && found != NULL && *found == mtu) fit++;
    }
  }
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  int wanted = atoi(argv[1]), fd = open_rtnetlink(0);
  struct timespec span = {0, atoi(argv[3]) * 1000000L};
  for (;;) {
    int64_t asked = now_ns();
    if (fitting(fd, (unsigned)atoi(argv[2])) >= wanted) {
      printf("%lld\n", (long long)asked);
      return 0;
    }
    nanosleep(&span, NULL);
  }
}
