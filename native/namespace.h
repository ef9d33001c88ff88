#pragma once

// The outcome of a call into the kernel: a value, or -errno and the name of the system call that failed.
struct Outcome {
  long value;
  const char* syscall;
};

// Runs act(argument) inside the network namespace of a descriptor, or in the caller's own if it is negative.
//
// setns(2) moves one thread. The thread moved is made for this and ends with it, so that no thread that runs
// JavaScript, or that libuv may hand other work to, is ever seen in a foreign namespace.
Outcome InNamespace(int namespace_fd, Outcome (*act)(void* argument), void* argument);
