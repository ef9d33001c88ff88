#include "host.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "descriptor.h"
#include "namespace.h"
#include "netns-cookie.h"

namespace {

// False where the path is longer than unix(7) has room for.
bool AddressOf(const std::string& path, sockaddr_un* address) {
  if (path.size() >= sizeof address->sun_path) return false;
  address->sun_family = AF_UNIX;
  std::memcpy(address->sun_path, path.data(), path.size());
  return true;
}

}  // namespace

Napi::Value PeerCredentials(const Napi::CallbackInfo& info) {
  if (!info[0].IsNumber()) return Napi::Number::New(info.Env(), -EINVAL);
  ucred peer = {};
  socklen_t length = sizeof peer;
  if (getsockopt(info[0].As<Napi::Number>().Int32Value(), SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0) {
    return Napi::Number::New(info.Env(), -errno);
  }
  auto result = Napi::Array::New(info.Env(), 3);
  result.Set(0U, Napi::Number::New(info.Env(), peer.pid));
  result.Set(1U, Napi::Number::New(info.Env(), peer.uid));
  result.Set(2U, Napi::Number::New(info.Env(), peer.gid));
  return result;
}

Napi::Value NamespaceCookie(const Napi::CallbackInfo& info) {
  uint64_t cookie = 0;
  const auto read = [](void* into) -> Outcome {
    // The option is every family's; a unix socket is the cheapest to be had.
    Descriptor probe(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (probe.get() < 0) return {-errno, "socket"};
    socklen_t length = sizeof(uint64_t);
    if (getsockopt(probe.get(), SOL_SOCKET, SO_NETNS_COOKIE, into, &length) != 0) return {-errno, "getsockopt"};
    return {0, nullptr};
  };
  const int fd = info[0].IsNumber() ? info[0].As<Napi::Number>().Int32Value() : -1;
  const Outcome outcome = InNamespace(fd, read, &cookie);
  if (outcome.value < 0) return Napi::Number::New(info.Env(), static_cast<double>(outcome.value));
  return Napi::BigInt::New(info.Env(), cookie);
}

Napi::Value BootTimeMicros(const Napi::CallbackInfo& info) {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return Napi::Number::New(info.Env(), static_cast<double>(now.tv_sec * 1'000'000 + now.tv_nsec / 1'000));
}

Napi::Value LockFile(const Napi::CallbackInfo& info) {
  if (!info[0].IsString()) return Napi::Number::New(info.Env(), -EINVAL);
  const std::string path = info[0].As<Napi::String>();
  Descriptor file(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (file.get() < 0) return Napi::Number::New(info.Env(), -errno);
  if (flock(file.get(), LOCK_EX | LOCK_NB) != 0) return Napi::Number::New(info.Env(), -errno);
  return Napi::Number::New(info.Env(), file.release());
}

Napi::Value SendDatagram(const Napi::CallbackInfo& info) {
  if (!info[0].IsString() || !info[1].IsTypedArray()) return Napi::Number::New(info.Env(), -EINVAL);
  const auto bytes = info[1].As<Napi::Uint8Array>();
  sockaddr_un to = {};
  if (!AddressOf(info[0].As<Napi::String>(), &to)) return Napi::Number::New(info.Env(), -ENAMETOOLONG);
  Descriptor from(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (from.get() < 0) return Napi::Number::New(info.Env(), -errno);
  const ssize_t sent = sendto(from.get(), bytes.Data(), bytes.ByteLength(), MSG_DONTWAIT | MSG_NOSIGNAL,
                              reinterpret_cast<sockaddr*>(&to), sizeof to);
  return Napi::Number::New(info.Env(), static_cast<double>(sent < 0 ? -errno : sent));
}

Napi::Value ConnectStream(const Napi::CallbackInfo& info) {
  if (!info[0].IsString()) return Napi::Number::New(info.Env(), -EINVAL);
  sockaddr_un to = {};
  if (!AddressOf(info[0].As<Napi::String>(), &to)) return Napi::Number::New(info.Env(), -ENAMETOOLONG);
  Descriptor stream(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (stream.get() < 0) return Napi::Number::New(info.Env(), -errno);
  if (connect(stream.get(), reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) {
    return Napi::Number::New(info.Env(), -errno);
  }
  return Napi::Number::New(info.Env(), stream.release());
}

Napi::Value TerminalSize(const Napi::CallbackInfo& info) {
  if (!info[0].IsNumber()) return Napi::Number::New(info.Env(), -EINVAL);
  winsize size = {};
  if (ioctl(info[0].As<Napi::Number>().Int32Value(), TIOCGWINSZ, &size) != 0) {
    return Napi::Number::New(info.Env(), -errno);
  }
  auto result = Napi::Array::New(info.Env(), 2);
  result.Set(0U, Napi::Number::New(info.Env(), size.ws_col));
  result.Set(1U, Napi::Number::New(info.Env(), size.ws_row));
  return result;
}
