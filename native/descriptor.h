#pragma once

#include <unistd.h>

// A file descriptor that is closed when its last owner lets go of it.
//
// Shared, because a thread of the pool may still stand in a system call on it when JavaScript closes the
// socket: closing it then would give its number to the next file opened.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return fd_; }
  int release() {
    const int fd = fd_;
    fd_ = -1;
    return fd;
  }

 private:
  int fd_;
};
