#include "reflexes.h"

#include <linux/netlink.h>
#include <sys/socket.h>

#include <cstring>
#include <iterator>

namespace {

struct ReflexHead {
  uint16_t length;
  uint16_t message_type;
  uint16_t conditions;
  uint16_t request_length;
};

struct ConditionHead {
  uint16_t length;
  uint8_t depth;
  uint8_t holds;
  uint16_t offset;
  uint16_t size;
};

struct Window {
  const uint8_t* at;
  size_t length;
};

// The number of the link stands there in ifinfomsg and in ifaddrmsg alike.
constexpr size_t kIfindexAt = 4;
// linux/rtnetlink.h; attributes begin behind struct ifinfomsg (linux/if_link.h) or struct ifaddrmsg (linux/if_addr.h).
constexpr uint16_t kNewLink = 16, kDelLink = 17, kNewAddress = 20, kDelAddress = 21;
constexpr size_t kLinkHead = 16, kAddressHead = 8;

template <typename T>
T Read(const uint8_t* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

size_t Aligned(size_t length) { return NLMSG_ALIGN(length); }

bool Find(Window* window, uint16_t wanted) {
  size_t at = 0;
  while (at + sizeof(nlattr) <= window->length) {
    const auto head = Read<nlattr>(window->at + at);
    if (head.nla_len < sizeof head || at + head.nla_len > window->length) return false;
    if ((head.nla_type & NLA_TYPE_MASK) == wanted) {
      *window = {window->at + at + sizeof head, head.nla_len - sizeof head};
      return true;
    }
    at += Aligned(head.nla_len);
  }
  return false;
}

// Whether what the condition names is there and, under its mask, as it says.
bool Agrees(const uint8_t* condition, Window body, size_t head_length) {
  const auto head = Read<ConditionHead>(condition);
  const uint8_t* path = condition + sizeof head;
  const uint8_t* wanted = path + Aligned(head.depth * sizeof(uint16_t));
  const uint8_t* mask = wanted + head.size;
  if (head.depth > 0) {
    if (body.length < head_length) return false;
    body = {body.at + head_length, body.length - head_length};
    for (int i = 0; i < head.depth; ++i) {
      if (!Find(&body, Read<uint16_t>(path + i * sizeof(uint16_t)))) return false;
    }
    if (head.size == 0) return true;
    if (body.length != size_t{head.offset} + head.size) return false;
  } else if (body.length < size_t{head.offset} + head.size) {
    return false;
  }
  for (size_t i = 0; i < head.size; ++i) {
    if ((body.at[head.offset + i] ^ wanted[i]) & mask[i]) return false;
  }
  return true;
}

enum class Says { kNothing, kDiffers, kAgrees };

// What a message says to a reflex. Conditions that must hold tell whether it is about the matter at all.
Says Hear(const uint8_t* reflex, uint16_t message_type, Window body) {
  const auto head = Read<ReflexHead>(reflex);
  if (head.message_type != message_type) return Says::kNothing;
  const size_t head_length = message_type == kNewLink || message_type == kDelLink ? kLinkHead : kAddressHead;
  const uint8_t* condition = reflex + sizeof head;
  Says says = Says::kDiffers;
  for (int i = 0; i < head.conditions; ++i) {
    const auto one = Read<ConditionHead>(condition);
    const bool agrees = Agrees(condition, body, head_length);
    if (one.holds != 0 && !agrees) return Says::kNothing;
    if (one.holds == 0 && agrees) says = Says::kAgrees;
    condition += one.length;
  }
  return says;
}

bool IsWhole(const uint8_t* reflex, size_t room) {
  if (room < sizeof(ReflexHead)) return false;
  const auto head = Read<ReflexHead>(reflex);
  if (head.length > room || head.request_length < sizeof(nlmsghdr) || head.length != Aligned(head.length)) return false;
  size_t at = sizeof head;
  for (int i = 0; i < head.conditions; ++i) {
    if (at + sizeof(ConditionHead) > head.length) return false;
    const auto one = Read<ConditionHead>(reflex + at);
    const size_t needed = sizeof one + Aligned(one.depth * sizeof(uint16_t)) + 2 * size_t{one.size};
    if (one.length < needed || at + one.length > head.length) return false;
    at += one.length;
  }
  return at + head.request_length <= head.length;
}

}  // namespace

struct Reflexes::Message {
  uint16_t type;
  Link link;
  Window body;

  bool IsOfLink() const { return type == kNewLink || type == kDelLink; }
  bool IsOfAddress() const { return type == kNewAddress || type == kDelAddress; }
  // Messages of AF_BRIDGE go beside those of the link itself.
  bool IsOfLinkItself() const { return IsOfLink() && body.at[0] == AF_UNSPEC; }
};

struct Reflexes::Reflex {
  uint8_t* at;

  ReflexHead Head() const { return Read<ReflexHead>(at); }
  // The request stands at the end, and is sent from where it is.
  Request ToSend(int32_t nsid) const {
    const size_t length = Head().request_length;
    return {nsid, at + Head().length - Aligned(length), length};
  }
};

bool Reflexes::Arm(const Link& link, const uint8_t* program, size_t length) {
  for (size_t at = 0; at < length; at += Read<ReflexHead>(program + at).length) {
    if (!IsWhole(program + at, length - at)) return false;
  }
  programs_[link].assign(program, program + length);
  return true;
}

void Reflexes::DisarmAll(int32_t nsid) {
  for (auto one = programs_.begin(); one != programs_.end();) {
    one = one->first.nsid == nsid ? programs_.erase(one) : std::next(one);
  }
}

std::vector<Reflexes::Message> Reflexes::MessagesIn(const std::vector<Heard>& datagrams) {
  std::vector<Message> messages;
  for (const auto& [nsid, datagram, length] : datagrams) {
    for (size_t at = 0; at + sizeof(nlmsghdr) <= length;) {
      const auto header = Read<nlmsghdr>(datagram + at);
      if (header.nlmsg_len < sizeof header || at + header.nlmsg_len > length) break;
      const Window body = {datagram + at + sizeof header, header.nlmsg_len - sizeof header};
      at += Aligned(header.nlmsg_len);
      if (body.length < kIfindexAt + sizeof(int32_t)) continue;
      messages.push_back({header.nlmsg_type, {nsid, Read<int32_t>(body.at + kIfindexAt)}, body});
    }
  }
  return messages;
}

// Whether what the messages tell of that link, taken together, is what the reflex is for and nothing else.
bool Reflexes::Stands(const Reflex& reflex, const Link& link, const std::vector<Message>& messages) {
  const bool of_link = reflex.Head().message_type == kNewLink;
  bool differs = false;
  for (const Message& message : messages) {
    if (!(message.link == link)) continue;
    if (message.type == kDelLink && message.IsOfLinkItself()) return false;
    const Says says = Hear(reflex.at, message.type, message.body);
    // Renamed, or another link with its number; another address that came or went with this one.
    if (says == Says::kNothing && (of_link ? message.IsOfLinkItself() : message.IsOfAddress())) return false;
    if (says != Says::kNothing) differs = says == Says::kDiffers;
  }
  return differs;
}

Reflexes::Request Reflexes::AnswerTo(const std::vector<Heard>& datagrams) {
  const std::vector<Message> messages = MessagesIn(datagrams);
  Reflex answer = {nullptr};
  Link link = {kOwn, 0};
  for (const Message& message : messages) {
    const auto found = programs_.find(message.link);
    if (found == programs_.end()) continue;
    std::vector<uint8_t>& program = found->second;
    for (size_t at = 0; at < program.size();) {
      const Reflex reflex = {program.data() + at};
      at += reflex.Head().length;
      if (Hear(reflex.at, message.type, message.body) != Says::kDiffers) continue;
      if (answer.at != nullptr && answer.at != reflex.at) return {kOwn, nullptr, 0};
      answer = reflex;
      link = message.link;
    }
  }
  if (answer.at == nullptr || !Stands(answer, link, messages)) return {kOwn, nullptr, 0};
  return answer.ToSend(link.nsid);
}
