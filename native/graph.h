// Graphs: the work of a stream that captures, kept with its order, to be run again as a whole.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <thread>
#include <vector>

#include "driver.h"
#include "object.h"
#include "stream.h"

namespace emu {
struct Node {
  std::function<void()> run;
  std::vector<size_t> after;
};

struct Graph {
  std::vector<Node> nodes;
};

struct Executable {
  std::shared_ptr<const std::vector<Node>> nodes;
};

enum CaptureMode { CAPTURE_GLOBAL = 0, CAPTURE_THREAD_LOCAL = 1, CAPTURE_RELAXED = 2 };

struct Capture {
  Stream* origin;
  CaptureMode mode;
  std::thread::id thread;
  bool valid = true;
  std::vector<Node> nodes;
  std::set<Stream*> joined;
};

namespace captures {
Objects<Graph>& graphs();
Objects<Executable>& executables();

CUresult begin(Stream& stream, CaptureMode mode);
CUresult end(Stream& stream, std::vector<Node>& nodes);
CUresult add(Stream& stream, std::function<void()> run);
CUresult record(Stream& stream, Event& event);
CUresult wait(Stream& stream, Event& event);

// Whether a stream that waits for the legacy default stream captures; if so, its capture is spoilt.
bool blockingCapture();

// For calls that are not safe beside a capture: refuses them, and spoils the capture, as the driver does.
CUresult refuseUnsafe();

// For calls on a stream that captures, such as waiting for it.
CUresult refuseOn(Stream& stream);

// In an order that the nodes allow; the seed decides among several.
void run(const std::vector<Node>& nodes);

void drop();
}  // namespace captures
}  // namespace emu
