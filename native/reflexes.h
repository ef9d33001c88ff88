#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <unordered_map>
#include <vector>

// Requests made ready beforehand for notices that say what must not be. Which and why is JavaScript's to know:
// here are bytes to compare and bytes to send.
class Reflexes {
 public:
  // The nsid of the socket's own namespace.
  static constexpr int32_t kOwn = -1;

  // A datagram, and the nsid it was heard from.
  struct Heard {
    int32_t nsid;
    const uint8_t* at;
    size_t length;
  };
  // A netlink message with its header, and where it is to be sent; `at` is null for none.
  struct Request {
    int32_t nsid;
    uint8_t* at;
    size_t length;
  };
  // A link, in the namespace of a number.
  struct Link {
    int32_t nsid;
    int32_t ifindex;
    bool operator==(const Link& other) const { return nsid == other.nsid && ifindex == other.ifindex; }
  };

  // Replaces those of a link; false if the program is malformed (its layout is told in src/wire/reflex.ts).
  bool Arm(const Link& link, const uint8_t* program, size_t length);
  void Disarm(const Link& link) { programs_.erase(link); }
  void DisarmAll(int32_t nsid);
  bool Empty() const { return programs_.empty(); }

  // What to send for the datagrams of one read. None where it comes to two requests, or where another message of
  // them tells of something else about that link: those need thought. The bytes stay the table's own, until the
  // link is armed again.
  Request AnswerTo(const std::vector<Heard>& datagrams);

 private:
  struct Message;
  struct Reflex;
  static std::vector<Message> MessagesIn(const std::vector<Heard>& datagrams);
  static bool Stands(const Reflex& reflex, const Link& link, const std::vector<Message>& messages);

  struct Hash {
    size_t operator()(const Link& link) const {
      return std::hash<uint64_t>()(uint64_t{static_cast<uint32_t>(link.nsid)} << 32 | static_cast<uint32_t>(link.ifindex));
    }
  };
  std::unordered_map<Link, std::vector<uint8_t>, Hash> programs_;
};
