// The objects that live: a handle that was destroyed, or is none, is refused.
#pragma once

#include "types.h"

namespace dnn {
void born(const void* object);
bool dies(const void* object);
bool lives(const void* object);
}  // namespace dnn
