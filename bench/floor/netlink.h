// What a netlink program in C needs at the least: a socket, a request, the attributes of a message.
#pragma once
#include <errno.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <arpa/inet.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static inline void fail(const char *what) {
  perror(what);
  exit(1);
}

static inline int64_t now_ns(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return at.tv_sec * 1000000000LL + at.tv_nsec;
}

static inline int open_rtnetlink(int group) {
  int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (fd < 0) fail("socket");
  struct sockaddr_nl here = {.nl_family = AF_NETLINK};
  int room = 64 << 20;
  setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
  if (bind(fd, (struct sockaddr *)&here, sizeof here) < 0) fail("bind");
  if (group != 0 && setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group) < 0) fail("join");
  return fd;
}

struct request {
  struct nlmsghdr head;
  union {
    struct ifinfomsg link;
    struct ifaddrmsg address;
    char room[512];
  };
};

static inline void begin(struct request *request, int type, int flags, size_t body) {
  memset(request, 0, sizeof *request);
  request->head.nlmsg_type = type;
  request->head.nlmsg_flags = NLM_F_REQUEST | flags;
  request->head.nlmsg_len = NLMSG_LENGTH(body);
}

static inline struct rtattr *put(struct request *request, int type, const void *data, int length) {
  struct rtattr *attribute = (struct rtattr *)((char *)request + NLMSG_ALIGN(request->head.nlmsg_len));
  attribute->rta_type = type;
  attribute->rta_len = RTA_LENGTH(length);
  if (length > 0) memcpy(RTA_DATA(attribute), data, length);
  request->head.nlmsg_len = NLMSG_ALIGN(request->head.nlmsg_len) + RTA_ALIGN(attribute->rta_len);
  return attribute;
}

static inline void send_request(int fd, const struct request *request) {
  if (send(fd, request, request->head.nlmsg_len, 0) < 0) fail("send");
}

static inline const void *find(const struct nlmsghdr *message, size_t body, int type) {
  int left = message->nlmsg_len - NLMSG_LENGTH(body);
  const struct rtattr *one = (const struct rtattr *)((const char *)NLMSG_DATA(message) + NLMSG_ALIGN(body));
  for (; RTA_OK(one, left); one = RTA_NEXT(one, left))
    if (one->rta_type == type) return RTA_DATA(one);
  return NULL;
}
