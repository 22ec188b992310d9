# Each line calls Maven or the jar. Only a JDK 25, Maven and make are needed; bin/find-jdk finds the JDK.
.PHONY: demo test jar format clean

# Maven's own libraries make JDK 25 print warnings that are nobody's to fix here; these options silence them.
MVN = JAVA_HOME=$$(bin/find-jdk javac) && export JAVA_HOME && \
  MAVEN_OPTS="--sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED $$MAVEN_OPTS" mvn -B -ntp

# Warnings are shown, which -q would hide: with -Werror they say why a compilation failed.
QUIET = -Dorg.slf4j.simpleLogger.defaultLogLevel=warn

# The class archive lets short commands answer at once; it is made by running one, and bin/engine uses it where it is.
DEMO = src/main/resources/voxcam/demo/demo.safetensors

SOURCES := pom.xml LICENSE NOTICE $(shell find src/main)

demo: target/engine.jar
	bin/engine explain --demo --out target/demo

test:
	@$(MVN) test

jar: target/engine.jar

target/engine.jar: $(SOURCES)
	@$(MVN) $(QUIET) -Dmaven.test.skip -Dspotless.check.skip package
	@touch $@ && rm -f target/engine.jsa
	@VOXCAM_JVM_OPTIONS=-XX:ArchiveClassesAtExit=target/engine.jsa bin/engine info $(DEMO) >target/info.txt 2>&1

format:
	@$(MVN) $(QUIET) spotless:apply

clean:
	rm -rf target
