#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

// Requests sent on a netlink socket, and the raw answers to them; for a thread that may wait for the kernel.
//
// It ends when each request with NLM_F_ACK has its NLMSG_ERROR (or NLMSG_DONE), told by sequence number. Requests go out
// in several system calls where needed, in order.
struct Talk {
  std::vector<uint8_t> requests;
  // In milliseconds from the call of Run(); looked at between system calls.
  double deadline = 0;

  // As far as they came, each 4-byte aligned.
  std::vector<uint8_t> answers;
  // 0 or -errno, and the system call it came from.
  int error = 0;
  const char* call = "";

  // Where datagrams are received; kept by whoever talks more than once.
  std::vector<uint8_t> room;

  // `cancel` is an eventfd, or -1; writing to it ends the talk.
  void Run(int socket, int cancel);
};
