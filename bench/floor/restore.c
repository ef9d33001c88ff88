// restore DRIFT LINKS: the floor. Listens, and sends the one right request for each notice of a drift; the least a
// program can do. Prints a line when it listens.
#include "drift.h"

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  enum drift drift = drift_named(argv[1]);
  int heard = open_rtnetlink(group_of(drift));
  int said = open_rtnetlink(0);
  struct world world = look_around(drift, atoi(argv[2]));
  puts("listening");
  fflush(stdout);
  static char room[1 << 16];
  struct request request;
  for (;;) {
    ssize_t length = recv(heard, room, sizeof room, 0);
    if (length < 0 && errno == ENOBUFS) continue;
    if (length < 0) fail("recv");
    for (struct nlmsghdr *one = (void *)room; NLMSG_OK(one, length); one = NLMSG_NEXT(one, length)) {
      int number;
      if (sight_of(&world, one, &number) != DRIFTED) continue;
      build(&request, &world, number, 1);
      send_request(said, &request);
    }
  }
}
