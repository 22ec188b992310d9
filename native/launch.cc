#include "launch.h"

#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "fault.h"
#include "memory.h"
#include "watch.h"

namespace emu {
namespace {
std::map<std::string, Kernel>& kernels(bool watched) {
  static std::map<std::string, Kernel> all[2];
  return all[watched];
}

// The same as it runs now.
const Kernel& version(const Kernel& kernel) {
  auto& all = kernels(true);
  auto at = watch::on() ? all.find(kernel.name) : all.end();
  return at == all.end() ? kernel : at->second;
}

struct Launch {
  const Kernel& kernel;
  Size3 grid, block;
  std::vector<std::vector<char>> bytes;
  std::vector<void*> arguments;

  void run() {
    if (!argumentsAreDeviceMemory()) return;
    watch::begin();
    bool whole = fault::guarded(
        [](void* self) {
          auto& launch = *static_cast<Launch*>(self);
          runBlocks(version(launch.kernel), launch.grid, launch.block, launch.arguments.data());
        },
        this);
    if (!whole) abandonBlock();
    std::string guards = memory::overwritten();
    if (!guards.empty()) fault::note(CUDA_ERROR_ILLEGAL_ADDRESS, name() + guards);
  }

  // An address just behind an allocation may be handed over, only not used.
  bool argumentsAreDeviceMemory() {
    for (size_t i = 0; i < arguments.size(); i++) {
      if (!kernel.pointers[i]) continue;
      uint64_t address;
      memcpy(&address, arguments[i], sizeof address);
      if (address == 0 || memory::holds(memory::DEVICE, address, 1) || memory::holds(memory::DEVICE, address - 1, 1)) {
        continue;
      }
      fault::note(CUDA_ERROR_ILLEGAL_ADDRESS,
                  name() + "parameter " + std::to_string(i) + " is " + memory::describe(address));
      return false;
    }
    return true;
  }

  std::string name() const { return std::string("kernel ") + kernel.name + ": "; }
};
}  // namespace

void add(const Kernel& kernel, bool watched) { kernels(watched).emplace(kernel.name, kernel); }

const Kernel* find(const char* name) {
  auto at = kernels(false).find(name);
  return at == kernels(false).end() ? nullptr : &at->second;
}

std::function<void()> launch(const Kernel& kernel, Size3 grid, Size3 block, void** parameters) {
  auto call = std::make_shared<Launch>(Launch{kernel, grid, block, {}, {}});
  for (size_t i = 0; i < kernel.parameters; i++) {
    auto* from = static_cast<const char*>(parameters[i]);
    call->bytes.emplace_back(from, from + kernel.sizes[i]);
  }
  for (auto& one : call->bytes) call->arguments.push_back(one.data());
  return [call] { call->run(); };
}

std::function<void()> copy(const char* what, void* to, const void* from, size_t bytes) {
  struct Copy {
    void* to;
    const void* from;
    size_t bytes;
  };
  return [what, job = Copy{to, from, bytes}]() mutable {
    setPlace(what);
    fault::guarded(
        [](void* self) {
          auto& copy = *static_cast<Copy*>(self);
          memmove(copy.to, copy.from, copy.bytes);
        },
        &job);
  };
}

std::function<void()> fill(uint64_t address, uint32_t value, size_t bytesOfValue, size_t count) {
  struct Fill {
    char* to;
    uint32_t value;
    size_t size, count;
  };
  return [job = Fill{reinterpret_cast<char*>(address), value, bytesOfValue, count}]() mutable {
    setPlace("memset");
    fault::guarded(
        [](void* self) {
          auto& fill = *static_cast<Fill*>(self);
          for (size_t i = 0; i < fill.count; i++) memcpy(fill.to + i * fill.size, &fill.value, fill.size);
        },
        &job);
  };
}
}  // namespace emu
