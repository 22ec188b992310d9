#include "module.h"

#include <cstdlib>
#include <cstring>

#include "call.h"
#include "fault.h"
#include "launch.h"
#include "stream.h"

namespace emu::modules {
namespace {
// What a driver of this version knows: CUDA 12.6 comes with PTX 8.5.
constexpr int NEWEST_PTX = 85;

Objects<Module> living{0x4D4F0000};
Objects<Function> livingFunctions{0x46550000};

std::string wordAfter(const char* at) {
  at += strspn(at, " \t\r\n");
  return {at, strcspn(at, " \t\r\n(;,")};
}
}  // namespace

Objects<Module>& all() { return living; }
Objects<Function>& functions() { return livingFunctions; }

CUresult load(const char* text, CUmodule& handle) {
  constexpr char ENTRY[] = ".visible .entry";
  if (const char* version = strstr(text, ".version")) {
    std::string number = wordAfter(version + strlen(".version"));
    size_t point = number.find('.');
    if (point == std::string::npos) return CUDA_ERROR_INVALID_PTX;
    if (atoi(number.c_str()) * 10 + atoi(number.c_str() + point + 1) > NEWEST_PTX) {
      return CUDA_ERROR_UNSUPPORTED_PTX_VERSION;
    }
  }
  auto module = std::make_unique<Module>();
  for (const char* at = strstr(text, ENTRY); at != nullptr; at = strstr(at, ENTRY)) {
    at += strlen(ENTRY);
    std::string name = wordAfter(at);
    module->functions[name] =
        livingFunctions.add(std::make_unique<Function>(Function{name, find(name.c_str())}));
  }
  if (module->functions.empty()) return CUDA_ERROR_INVALID_PTX;
  handle = living.add(std::move(module));
  return CUDA_SUCCESS;
}

CUresult unload(CUmodule handle) {
  Module* module = living.find(handle);
  if (module == nullptr) return CUDA_ERROR_INVALID_HANDLE;
  for (const auto& [name, function] : module->functions) livingFunctions.remove(function);
  living.remove(handle);
  return CUDA_SUCCESS;
}

}  // namespace emu::modules

using namespace emu;

EXPORT CUresult cuModuleLoadData(CUmodule* module, const void* image) {
  return call(CONTEXT | ALLOCATES | UNSAFE, [&] {
    if (module == nullptr || image == nullptr) return CUDA_ERROR_INVALID_VALUE;
    return modules::load(static_cast<const char*>(image), *module);
  });
}

EXPORT CUresult cuModuleLoadDataEx(CUmodule* module, const void* image, unsigned count, int* options, void** values) {
  if (count > 0 && (options == nullptr || values == nullptr)) return CUDA_ERROR_INVALID_VALUE;
  return cuModuleLoadData(module, image);
}

EXPORT CUresult cuModuleUnload(CUmodule module) {
  return call(CONTEXT | RELEASES | UNSAFE, [&] { return modules::unload(module); });
}

EXPORT CUresult cuModuleGetFunction(CUfunction* function, CUmodule handle, const char* name) {
  return call(CONTEXT, [&] {
    if (function == nullptr || name == nullptr) return CUDA_ERROR_INVALID_VALUE;
    Module* module = modules::all().find(handle);
    if (module == nullptr) return CUDA_ERROR_INVALID_HANDLE;
    auto at = module->functions.find(name);
    if (at == module->functions.end()) return CUDA_ERROR_NOT_FOUND;
    if (modules::functions().find(at->second)->kernel == nullptr) {
      fault::note(CUDA_ERROR_NOT_FOUND, std::string("kernel ") + name + " is in the PTX, but was not compiled here");
      return CUDA_ERROR_NOT_FOUND;
    }
    *function = at->second;
    return CUDA_SUCCESS;
  });
}

EXPORT CUresult cuModuleGetLoadingMode(int* mode) {
  return call(INITIALISED, [&] {
    if (mode == nullptr) return CUDA_ERROR_INVALID_VALUE;
    *mode = 1;  // eager
    return CUDA_SUCCESS;
  });
}

// Numbers of CUfunction_attribute.
EXPORT CUresult cuFuncGetAttribute(int* value, int attribute, CUfunction handle) {
  return call(CONTEXT, [&] {
    Function* function = modules::functions().find(handle);
    if (function == nullptr) return CUDA_ERROR_INVALID_HANDLE;
    if (value == nullptr) return CUDA_ERROR_INVALID_VALUE;
    switch (attribute) {
      case 0: *value = static_cast<int>(function->kernel->bounds); break;
      case 1: *value = 0; break;   // shared memory is known per file only
      case 2: *value = 0; break;   // constants
      case 3: *value = 0; break;   // local memory
      case 4: *value = 32; break;  // registers
      case 5: *value = 75; break;  // PTX
      case 6: *value = 75; break;  // machine code
      default: return CUDA_ERROR_INVALID_VALUE;
    }
    return CUDA_SUCCESS;
  });
}

EXPORT CUresult cuLaunchKernel(CUfunction handle, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by,
                               unsigned bz, unsigned sharedBytes, CUstream streamHandle, void** parameters,
                               void** extra) {
  return call(CONTEXT, [&]() -> CUresult {
    Function* function = modules::functions().find(handle);
    Stream* stream = streams::of(streamHandle);
    if (function == nullptr || stream == nullptr) return CUDA_ERROR_INVALID_HANDLE;
    if (gx == 0 || gy == 0 || gz == 0 || gx > 0x7FFFFFFF || gy > 65535 || gz > 65535) return CUDA_ERROR_INVALID_VALUE;
    uint64_t threads = static_cast<uint64_t>(bx) * by * bz;
    if (threads == 0 || bx > 1024 || by > 1024 || bz > 64 || threads > function->kernel->bounds) {
      return CUDA_ERROR_INVALID_VALUE;
    }
    if (sharedBytes > 0 || extra != nullptr) return CUDA_ERROR_NOT_SUPPORTED;
    if (function->kernel->parameters > 0 && parameters == nullptr) return CUDA_ERROR_INVALID_VALUE;
    for (size_t i = 0; i < function->kernel->parameters; i++) {
      if (parameters[i] == nullptr) return CUDA_ERROR_INVALID_VALUE;
    }
    return streams::add(*stream, launch(*function->kernel, {gx, gy, gz}, {bx, by, bz}, parameters));
  });
}
