// The drifts that are measured: how each is made, how it looks in a notice, and the one request that undoes it.
// An ifb iN has mtu 1400 and is up; an ifb pN has master bN, a bridge that has the address 10.N.1/24.
#pragma once
#include "netlink.h"

enum drift { MTU, DOWN, MASTER, DELETE, ADDRESS };
enum sight { NOTHING, DRIFTED, RESTORED };

static const uint32_t wanted_mtu = 1400, foreign_mtu = 1300;

struct world {
  enum drift drift;
  char letter;   // that of the links it happens to
  int count;     // links LETTER0 … LETTER(count-1)
  int *link;     // their ifindexes, by number
  int *bridge;   // those of b0 …
  int *number;   // by ifindex; -1 for all others
};

enum { MOST_LINKS = 1 << 21 };

static enum drift drift_named(const char *name) {
  static const char *const names[] = {"mtu", "down", "master", "delete", "address"};
  for (int i = 0; i < 5; i++)
    if (strcmp(name, names[i]) == 0) return (enum drift)i;
  fprintf(stderr, "no drift named %s\n", name);
  exit(2);
}

static int group_of(enum drift drift) { return drift == ADDRESS ? RTNLGRP_IPV4_IFADDR : RTNLGRP_LINK; }

static uint32_t address_of(int number) { return htonl(10u << 24 | (uint32_t)number << 8 | 1); }

// The number of a link of that letter; -1 for all others.
static int number_in(const struct world *world, const char *name, char letter) {
  if (name == NULL || name[0] != letter || name[1] < '0' || name[1] > '9') return -1;
  int number = atoi(name + 1);
  return number < world->count ? number : -1;
}

static void learn(struct world *world, const char *name, int ifindex) {
  int number = number_in(world, name, world->letter), bridge = number_in(world, name, 'b');
  if (bridge >= 0) world->bridge[bridge] = ifindex;
  if (number < 0) return;
  if (ifindex >= MOST_LINKS) fail("too many links were made since boot");
  world->link[number] = ifindex;
  world->number[ifindex] = number;
}

static struct world look_around(enum drift drift, int count) {
  static const char letters[] = {'i', 'i', 'p', 'i', 'b'};
  struct world world = {.drift = drift, .letter = letters[drift], .count = count};
  world.link = calloc(count, sizeof(int));
  world.bridge = calloc(count, sizeof(int));
  world.number = malloc(MOST_LINKS * sizeof(int));
  memset(world.number, -1, MOST_LINKS * sizeof(int));
  struct if_nameindex *all = if_nameindex();
  for (struct if_nameindex *one = all; one->if_index != 0; one++) learn(&world, one->if_name, one->if_index);
  if_freenameindex(all);
  return world;
}

static enum sight link_sight(const struct world *world, const struct nlmsghdr *message, int *number) {
  const struct ifinfomsg *link = NLMSG_DATA(message);
  // Of family AF_BRIDGE are notices about ports, which say nothing of the link.
  if (link->ifi_family != AF_UNSPEC || link->ifi_index >= MOST_LINKS) return NOTHING;
  const uint32_t *mtu = find(message, sizeof *link, IFLA_MTU);
  if (world->drift == DELETE) {
    *number = number_in(world, find(message, sizeof *link, IFLA_IFNAME), world->letter);
    if (*number < 0) return NOTHING;
    if (message->nlmsg_type == RTM_DELLINK) return DRIFTED;
    return mtu != NULL && *mtu == wanted_mtu && link->ifi_flags & IFF_UP ? RESTORED : NOTHING;
  }
  *number = world->number[link->ifi_index];
  if (message->nlmsg_type != RTM_NEWLINK || *number < 0) return NOTHING;
  const int *master = find(message, sizeof *link, IFLA_MASTER);
  switch (world->drift) {
    case MTU: return mtu == NULL ? NOTHING : *mtu == wanted_mtu ? RESTORED : DRIFTED;
    case DOWN: return link->ifi_flags & IFF_UP ? RESTORED : DRIFTED;
    default: return master != NULL && *master == world->bridge[*number] ? RESTORED : DRIFTED;
  }
}

static enum sight sight_of(const struct world *world, const struct nlmsghdr *message, int *number) {
  if (world->drift != ADDRESS)
    return message->nlmsg_type == RTM_NEWLINK || message->nlmsg_type == RTM_DELLINK ? link_sight(world, message, number)
                                                                                     : NOTHING;
  if (message->nlmsg_type != RTM_NEWADDR && message->nlmsg_type != RTM_DELADDR) return NOTHING;
  const struct ifaddrmsg *address = NLMSG_DATA(message);
  if (address->ifa_family != AF_INET || address->ifa_index >= MOST_LINKS) return NOTHING;
  *number = world->number[address->ifa_index];
  const uint32_t *local = find(message, sizeof *address, IFA_LOCAL);
  if (*number < 0 || local == NULL || *local != address_of(*number)) return NOTHING;
  return message->nlmsg_type == RTM_NEWADDR ? RESTORED : DRIFTED;
}

static void link_request(struct request *request, const struct world *world, int number, int repair) {
  begin(request, RTM_NEWLINK, 0, sizeof request->link);
  request->link.ifi_index = world->link[number];
  uint32_t mtu = repair ? wanted_mtu : foreign_mtu;
  int master = repair ? world->bridge[number] : 0;
  switch (world->drift) {
    case MTU: put(request, IFLA_MTU, &mtu, sizeof mtu); return;
    case MASTER: put(request, IFLA_MASTER, &master, sizeof master); return;
    case DOWN:
      request->link.ifi_change = IFF_UP;
      request->link.ifi_flags = repair ? IFF_UP : 0;
      return;
    default: break;
  }
  if (!repair) {
    request->head.nlmsg_type = RTM_DELLINK;
    return;
  }
  char name[IFNAMSIZ];
  snprintf(name, sizeof name, "i%d", number);
  request->head.nlmsg_flags |= NLM_F_CREATE | NLM_F_EXCL;
  request->link.ifi_index = 0;
  request->link.ifi_change = request->link.ifi_flags = IFF_UP;
  put(request, IFLA_IFNAME, name, strlen(name) + 1);
  put(request, IFLA_MTU, &mtu, sizeof mtu);
  struct rtattr *info = put(request, IFLA_LINKINFO, NULL, 0);
  put(request, IFLA_INFO_KIND, "ifb", 3);
  info->rta_len = (char *)request + request->head.nlmsg_len - (char *)info;
}

static void address_request(struct request *request, const struct world *world, int number, int repair) {
  uint32_t local = address_of(number);
  begin(request, repair ? RTM_NEWADDR : RTM_DELADDR, repair ? NLM_F_CREATE : 0, sizeof request->address);
  request->address = (struct ifaddrmsg){.ifa_family = AF_INET, .ifa_prefixlen = 24, .ifa_index = world->link[number]};
  put(request, IFA_LOCAL, &local, sizeof local);
  put(request, IFA_ADDRESS, &local, sizeof local);
}

static void build(struct request *request, const struct world *world, int number, int repair) {
  (world->drift == ADDRESS ? address_request : link_request)(request, world, number, repair);
}
