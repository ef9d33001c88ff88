// ready PATH: the other end of sd_notify(3). Prints the monotonic clock, in nanoseconds, when READY=1 arrives.
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

int main(int argc, char **argv) {
  struct sockaddr_un here = {.sun_family = AF_UNIX};
  if (argc != 2 || strlen(argv[1]) >= sizeof here.sun_path) return 2;
  strcpy(here.sun_path, argv[1]);
  int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
  if (fd < 0 || bind(fd, (struct sockaddr *)&here, sizeof here) < 0) {
    perror(argv[1]);
    return 1;
  }
  puts("listening");
  fflush(stdout);
  char text[4096];
  for (;;) {
    ssize_t length = recv(fd, text, sizeof text - 1, 0);
    if (length < 0) return 1;
    text[length] = 0;
    if (strstr(text, "READY=1") == NULL) continue;
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    printf("%lld\n", at.tv_sec * 1000000000LL + at.tv_nsec);
    fflush(stdout);
  }
}
