#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

// Requests made ready beforehand for notices that say what must not be. Which and why is JavaScript's to know:
// here are bytes to compare and bytes to send.
class Reflexes {
 public:
  struct Bytes {
    const uint8_t* at;
    size_t length;
  };
  // A netlink message with its header; `at` is null for none.
  struct Request {
    uint8_t* at;
    size_t length;
  };

  // Replaces those of a link; false if the program is malformed (its layout is told in src/wire/reflex.ts).
  bool Arm(int32_t ifindex, const uint8_t* program, size_t length);
  void Disarm(int32_t ifindex) { programs_.erase(ifindex); }
  bool Empty() const { return programs_.empty(); }

  // What to send for the datagrams of one read. None where it comes to two requests, or where another message of
  // them tells of something else about that link: those need thought. The bytes stay the table's own, until the
  // link is armed again.
  Request AnswerTo(const std::vector<Bytes>& datagrams);

 private:
  struct Message;
  struct Reflex;
  static std::vector<Message> MessagesIn(const std::vector<Bytes>& datagrams);
  static bool Stands(const Reflex& reflex, int32_t ifindex, const std::vector<Message>& messages);

  std::unordered_map<int32_t, std::vector<uint8_t>> programs_;
};
