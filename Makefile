# Each line calls Maven or the jar. Only a JDK 25, Maven and make are needed; bin/find-jdk finds the JDK.
.PHONY: demo test jar kernel-table task-table bench bench-classes bench-tables gpu-bundle format clean

# Maven's own libraries make JDK 25 print warnings that are nobody's to fix here; these options silence them.
MVN = JAVA_HOME=$$(bin/find-jdk javac) && export JAVA_HOME && \
  MAVEN_OPTS="--sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED $$MAVEN_OPTS" mvn -B -ntp

# Warnings are shown, which -q would hide: with -Werror they say why a compilation failed.
QUIET = -Dorg.slf4j.simpleLogger.defaultLogLevel=warn

# The class archives let commands begin sooner; each is made by running a command, and bin/engine uses them where they are.
DEMO = src/main/resources/voxcam/demo/demo.safetensors

SOURCES := pom.xml LICENSE NOTICE bin/engine bin/StartModel.java $(wildcard bin/[Uu]nlink*) $(wildcard kernels/*.cu*) $(shell find src/main)

demo: target/engine.jar
	bin/engine explain --demo --out target/demo

test:
	@$(MVN) test

jar: target/engine.jar

target/engine.jar: $(SOURCES)
	@$(MVN) $(QUIET) -Dmaven.test.skip -Dspotless.check.skip package
	@touch $@ && rm -f target/engine.jsa target/engine-vectors.jsa target/engine.aot
	@VOXCAM_JVM_OPTIONS=-XX:ArchiveClassesAtExit=target/engine.jsa bin/engine info $(DEMO) >target/info.txt 2>&1
	@bin/engine explain --demo --format nifti --out target/start >target/start.txt 2>&1
	@$$(bin/find-jdk javac)/bin/java bin/StartModel.java target/start
	@VOXCAM_JVM_OPTIONS=-XX:AOTCacheOutput=target/engine.aot bin/engine explain target/start/start.safetensors \
	  target/start/start.npy --arch resnet18:conv1_stride=2 --layer layer4 --target 0,top --format nifti,npy,png,json --out target/start >>target/start.txt 2>&1
	@rm target/start/start.safetensors target/start/start.npy
	@VOXCAM_JVM_OPTIONS='--add-modules jdk.incubator.vector -XX:ArchiveClassesAtExit=target/engine-vectors.jsa' \
	  bin/engine explain $(DEMO) target/start/demo.scan.nii.gz --out target/start >>target/start.txt 2>&1

# Registers, shared memory and spills of every kernel, into kernels/README.md. Needs nvcc.
kernel-table:
	@$(MVN) $(QUIET) test-compile
	@$$(bin/find-jdk javac)/bin/java -cp target/classes:target/test-classes voxcam.cuda.KernelTable

# How many tasks each large layer has for 16 threads, into bench/README.md.
task-table:
	@$(MVN) $(QUIET) test-compile
	@$$(bin/find-jdk javac)/bin/java --add-modules jdk.incubator.vector -cp target/classes:target/test-classes voxcam.cpu.TaskCounts

# Measures and writes the tables. PYTHON=... (one with PyTorch) adds PyTorch and ONNX Runtime, ONLY=... chooses benchmarks
# by a regular expression, QUICK=1 ends in minutes and leaves the published results and tables alone.
BENCH_JAVA = $$(bin/find-jdk javac)/bin/java -XX:MaxRAMPercentage=75 --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED \
  -Dvoxcam.bench.peers=bench/target/peers -Dvoxcam.bench.commit=$$(git rev-parse --short=10 HEAD 2>/dev/null) \
  -cp 'target/engine.jar:bench/target/classes:bench/target/lib/*'
ONLY = .*
ifdef QUICK
BENCH_RESULTS = bench/target/results
BENCH_PLOTS = bench/target/tables
BENCH_PAGES = bench/target/tables/README.md bench/target/tables/bench.md
BENCH_JMH = -f 1 -wi 1 -w 300ms -i 3 -r 300ms -p net=RESNET18,MESHNET5 -e FirstBench -e '[.]PeerBench'
BENCH_TORCH = --pairs 3 --warm 1 --case resnet18 --case meshnet-5
else
BENCH_RESULTS = bench/results
BENCH_PLOTS = docs
BENCH_PAGES = README.md bench/README.md
BENCH_JMH = $(if $(PYTHON),,-e '[.]PeerBench')
BENCH_TORCH =
endif

bench: bench-classes
ifdef PYTHON
	$(PYTHON) bench/peers/torch_explain.py $(BENCH_TORCH) --out $(BENCH_RESULTS)/torch.json
ifndef QUICK
	$(PYTHON) bench/peers/cold_explain.py --out $(BENCH_RESULTS)/cold.json
	$(PYTHON) bench/peers/torch_cam.py --out $(BENCH_RESULTS)/cam.json
	$(PYTHON) bench/peers/onnx_models.py bench/target/peers
endif
endif
	$(BENCH_JAVA) voxcam.bench.Run $(BENCH_RESULTS)/jmh.json $(BENCH_JMH) '$(ONLY)'
ifndef QUICK
	$(BENCH_JAVA) voxcam.bench.ThreadScaling $(BENCH_RESULTS)/threads.json
endif
	@$(MAKE) --no-print-directory bench-tables

bench-classes: target/engine.jar
	@$(MVN) $(QUIET) -f bench/pom.xml compile

# One folder that checks and times a GPU on a machine with NVIDIA's driver and nothing else: run.sh OUT.
gpu-bundle: bench-classes
	@bin/gpu-bundle

bench-tables:
ifdef QUICK
	@mkdir -p $(BENCH_PLOTS) && cp README.md $(BENCH_PLOTS)/README.md && cp bench/README.md $(BENCH_PLOTS)/bench.md
endif
	$(BENCH_JAVA) voxcam.bench.Tables $(BENCH_RESULTS) $(BENCH_PLOTS) $(BENCH_PAGES)

format:
	@$(MVN) $(QUIET) spotless:apply
	@$(if $(wildcard target/engine.jar),$(MVN) $(QUIET) -f bench/pom.xml spotless:apply)

clean:
	rm -rf target bench/target
