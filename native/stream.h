// Streams: queues of work that is done when somebody waits for it, not when it is asked for, and events between them.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "driver.h"
#include "object.h"

namespace emu {
struct Capture;

// One recording of an event: waits refer to it, whatever the event records later.
struct Record {
  Stream* owner;
  bool reached = false;
  double milliseconds = 0;
};

struct Task {
  enum Kind { RUN, RECORD, WAIT } kind;
  std::function<void()> run;
  std::shared_ptr<Record> record;
};

struct Stream {
  bool blocking = true;  // waits for the legacy default stream, and it for this
  std::deque<Task> tasks;
  std::shared_ptr<Capture> capture;
  std::vector<size_t> frontier;  // of the capture: what the next node comes after
};

struct Event {
  bool timed = true;
  std::shared_ptr<Record> record;     // the last one
  std::shared_ptr<Capture> capture;   // where it was recorded in a stream that captures
  std::vector<size_t> frontier;
};

namespace streams {
// The stream of a handle, default streams included; nullptr for none.
Stream* of(CUstream handle);
Stream& legacy();
Objects<Stream>& all();
Objects<Event>& events();

// Puts work into the stream, or a node into the graph that it captures.
CUresult add(Stream& stream, std::function<void()> run);

CUresult record(Stream& stream, Event& event);
CUresult wait(Stream& stream, Event& event);

// Work of this stream, or of all streams, up to its end. Others go on, too, sometimes: the seed decides.
CUresult finish(Stream& stream);
CUresult finishAll();
CUresult finish(Record& record);

// One piece of work, for those who ask again and again whether all is done.
void step(Stream& stream);

// Decides which stream goes on when several could.
void seed(uint64_t value);

// Work that waits is dropped: the device has a fault, or its context ends.
void drop();
}  // namespace streams
}  // namespace emu
