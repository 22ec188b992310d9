// Modules: a text in PTX, of which only the names of the kernels are read; what runs was compiled as C++.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "driver.h"
#include "kernel.h"
#include "object.h"

namespace emu {
struct Function {
  std::string name;
  const Kernel* kernel;  // nullptr if nothing of this name was compiled
};

struct Module {
  std::map<std::string, CUfunction> functions;
};

namespace modules {
Objects<Module>& all();
Objects<Function>& functions();
CUresult load(const char* text, CUmodule& module);
CUresult unload(CUmodule module);
}  // namespace modules
}  // namespace emu
