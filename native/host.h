#pragma once

#include <napi.h>

// What the kernel says of peers, namespaces, time, locks and terminals. What fails returns -errno.

// (fd) → [pid, uid, gid] of the process that connected a unix stream socket, or -errno.
Napi::Value PeerCredentials(const Napi::CallbackInfo& info);
// (fd or -1) → the cookie of that network namespace, or of the caller's own, as a bigint, or -errno.
Napi::Value NamespaceCookie(const Napi::CallbackInfo& info);
// () → CLOCK_MONOTONIC in microseconds.
Napi::Value BootTimeMicros(const Napi::CallbackInfo& info);
// (path) → a descriptor that holds the lock on the file, or -errno.
Napi::Value LockFile(const Napi::CallbackInfo& info);
// (path, bytes) → bytes sent as one datagram to the unix socket of that path, without waiting for room, or -errno.
Napi::Value SendDatagram(const Napi::CallbackInfo& info);
// (path) → a descriptor connected to the unix stream socket of that path, blocking, or -errno.
Napi::Value ConnectStream(const Napi::CallbackInfo& info);
// (fd) → [columns, rows] of a terminal, or -errno.
Napi::Value TerminalSize(const Napi::CallbackInfo& info);
