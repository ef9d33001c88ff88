#include "network-namespaces.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <thread>

#include "descriptor.h"
#include "namespace.h"
#include "netns-cookie.h"

namespace {

Outcome Failed(const char* call) { return {-errno, call}; }

// A mount made in the folder has to be seen in every mount namespace, and an unmount as well: else a namespace deleted
// here would live on there, and its name could not be removed (EBUSY).
Outcome ShareFolder(const char* folder) {
  if (mkdir(folder, 0755) != 0 && errno != EEXIST) return Failed("mkdir");
  if (mount("", folder, "none", MS_SHARED | MS_REC, nullptr) == 0) return {0, nullptr};
  // It is no mount point yet.
  if (errno != EINVAL) return Failed("mount");
  if (mount(folder, folder, "none", MS_BIND | MS_REC, nullptr) != 0) return Failed("mount");
  if (mount("", folder, "none", MS_SHARED | MS_REC, nullptr) != 0) return Failed("mount");
  return {0, nullptr};
}

// On a thread of its own, which is in the new namespace afterwards and ends.
Outcome MakeAt(const char* path, uint64_t* cookie) {
  if (unshare(CLONE_NEWNET) != 0) return Failed("unshare");
  if (mount("/proc/thread-self/ns/net", path, "none", MS_BIND, nullptr) != 0) return Failed("mount");
  const Descriptor probe(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  socklen_t length = sizeof *cookie;
  if (probe.get() < 0) return Failed("socket");
  if (getsockopt(probe.get(), SOL_SOCKET, SO_NETNS_COOKIE, cookie, &length) != 0) return Failed("getsockopt");
  return {0, nullptr};
}

Outcome Make(const std::string& folder, const std::string& path, uint64_t* cookie) {
  const Outcome shared = ShareFolder(folder.c_str());
  if (shared.value < 0) return shared;
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0));
  if (file.get() < 0) return Failed("open");
  Outcome outcome = {0, nullptr};
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread([&] { outcome = MakeAt(path.c_str(), cookie); }).join();
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (outcome.value < 0) {
    umount2(path.c_str(), MNT_DETACH);
    unlink(path.c_str());
  }
  return outcome;
}

Outcome Drop(const std::string& path) {
  // A name that is no mount is a stale file: it goes as well.
  while (umount2(path.c_str(), MNT_DETACH) == 0) {
  }
  if (errno != EINVAL) return Failed("umount2");
  if (unlink(path.c_str()) != 0) return Failed("unlink");
  return {0, nullptr};
}

// The path of a name in the folder of names, both as JavaScript gave them.
bool TakePlace(const Napi::CallbackInfo& info, std::string* folder, std::string* path) {
  if (!info[0].IsString() || !info[1].IsString()) return false;
  *folder = info[0].As<Napi::String>();
  *path = *folder + "/" + info[1].As<Napi::String>().Utf8Value();
  return true;
}

Napi::Value Told(Napi::Env env, const Outcome& outcome) {
  auto pair = Napi::Array::New(env, 2);
  pair.Set(0U, Napi::Number::New(env, static_cast<double>(outcome.value)));
  pair.Set(1U, Napi::String::New(env, outcome.syscall));
  return pair;
}

}  // namespace

Napi::Value MakeNamespace(const Napi::CallbackInfo& info) {
  std::string folder, path;
  if (!TakePlace(info, &folder, &path)) return Told(info.Env(), {-EINVAL, "open"});
  uint64_t cookie = 0;
  const Outcome outcome = Make(folder, path, &cookie);
  if (outcome.value < 0) return Told(info.Env(), outcome);
  return Napi::BigInt::New(info.Env(), cookie);
}

Napi::Value DropNamespace(const Napi::CallbackInfo& info) {
  std::string folder, path;
  if (!TakePlace(info, &folder, &path)) return Told(info.Env(), {-EINVAL, "unlink"});
  const Outcome outcome = Drop(path);
  if (outcome.value < 0) return Told(info.Env(), outcome);
  return Napi::Number::New(info.Env(), 0);
}
