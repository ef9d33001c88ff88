#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

// Requests made ready beforehand for notices that say what must not be. Which and why is JavaScript's to know:
// here are bytes to compare and bytes to send.
class Reflexes {
 public:
  // A netlink message with its header; `at` is null for none.
  struct Request {
    uint8_t* at;
    size_t length;
  };

  // Replaces those of a link; false if the program is malformed (its layout is told in src/wire/reflex.ts).
  bool Arm(int32_t ifindex, const uint8_t* program, size_t length);
  void Disarm(int32_t ifindex) { programs_.erase(ifindex); }
  bool Empty() const { return programs_.empty(); }

  // Looks for what to send for the messages of a datagram, beside what was found for earlier ones, which later ones
  // may take back; false if it comes to two requests: those need thought. The bytes stay the table's own, until the link is armed again.
  bool AnswerTo(const uint8_t* datagram, size_t length, Request* answer);

 private:
  std::unordered_map<int32_t, std::vector<uint8_t>> programs_;
};
