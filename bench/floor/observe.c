// observe DRIFT LINKS COUNT GAP_US SEED: makes drifts on random links, one at a time, and prints for each how long it
// lasted, in nanoseconds: from before the foreign request is sent to the notice that shows the link as it was.
// The clock stops only at a notice of the repair that follows one of the drift: notices come in the kernel's order.
#include <poll.h>

#include "drift.h"

static char room[1 << 16];
static uint64_t dice;

static uint64_t roll(void) {
  dice ^= dice << 13;
  dice ^= dice >> 7;
  return dice ^= dice << 17;
}

// Reads one datagram; whether it ends the drift of that pair.
static int hear(int fd, struct world *world, int number, int *drifted, int flags) {
  ssize_t length = recv(fd, room, sizeof room, flags);
  if (length < 0) return errno == EAGAIN ? -1 : (fail("recv"), -1);
  int over = 0;
  for (struct nlmsghdr *one = (void *)room; NLMSG_OK(one, length); one = NLMSG_NEXT(one, length)) {
    if (one->nlmsg_type == NLMSG_ERROR) {
      errno = -*(int *)NLMSG_DATA(one);
      fail("the foreign request was refused");
    }
    int about;
    enum sight sight = sight_of(world, one, &about);
    if (world->drift == DELETE && sight == RESTORED) world->link[about] = ((struct ifinfomsg *)NLMSG_DATA(one))->ifi_index;
    if (sight == NOTHING || about != number) continue;
    if (sight == DRIFTED) *drifted = 1;
    if (sight == RESTORED && *drifted) over = 1;
  }
  return over;
}

static void pause_us(int64_t us) {
  struct timespec span = {us / 1000000, us % 1000000 * 1000};
  nanosleep(&span, NULL);
}

int main(int argc, char **argv) {
  if (argc != 6) return 2;
  enum drift drift = drift_named(argv[1]);
  int count = atoi(argv[3]), gap = atoi(argv[4]), fd = open_rtnetlink(group_of(drift)), ignored = 0;
  dice = strtoull(argv[5], NULL, 10) * 2654435761u + 88172645463325252ull;
  struct world world = look_around(drift, atoi(argv[2]));
  int64_t *took = calloc(count, sizeof *took);
  struct request request;
  for (int i = 0; i < count; i++) {
    pause_us(gap + roll() % (gap + 1));
    int number = roll() % world.count, drifted = 0;
    while (hear(fd, &world, -1, &ignored, MSG_DONTWAIT) >= 0) continue;
    build(&request, &world, number, 0);
    int64_t begun = now_ns();
    send_request(fd, &request);
    for (;;) {
      struct pollfd readable = {.fd = fd, .events = POLLIN};
      int over = hear(fd, &world, number, &drifted, MSG_DONTWAIT);
      if (over == 1) break;
      if (over == 0) continue;
      if (poll(&readable, 1, 10000) == 0) {
        fprintf(stderr, "%c%d was not put back within 10 s\n", world.letter, number);
        return 3;
      }
    }
    took[i] = now_ns() - begun;
  }
  for (int i = 0; i < count; i++) printf("%lld\n", (long long)took[i]);
}
