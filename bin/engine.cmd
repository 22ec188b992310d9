@echo off
rem Starts VoxCAM on Windows: finds a JDK 25 and the jar, sets the JVM's options, runs the command.
rem VOXCAM_JVM_OPTIONS holds further options for the JVM, such as -Xmx12g.
setlocal

set "JAR=%~dp0..\target\engine.jar"
if not exist "%JAR%" set "JAR=%~dp0..\engine.jar"
if not exist "%JAR%" set "JAR=%~dp0engine.jar"
if not exist "%JAR%" (
  echo engine: engine.jar is not beside this program nor in %~dp0..\target: run make jar. 1>&2
  exit /b 3
)

set "JDK="
call :try "%JAVA_HOME%"
for /d %%D in ("%ProgramFiles%\Eclipse Adoptium\*" "%ProgramFiles%\Java\*" "%ProgramFiles%\Microsoft\*" "%ProgramFiles%\Zulu\*" "%ProgramFiles%\Amazon Corretto\*" "%ProgramFiles%\BellSoft\*" "%USERPROFILE%\.jdks\*") do call :try "%%~D"
if not defined JDK (
  echo VoxCAM needs JDK 25 and found none: install one, for example from https://adoptium.net, or set JAVA_HOME to it. 1>&2
  exit /b 3
)

"%JDK%\bin\java" -XX:MaxRAMPercentage=75 -XX:+UseSerialGC -Xmn6m -XX:MinHeapFreeRatio=1 -XX:MaxHeapFreeRatio=5 -Dvoxcam.collect=true -Djdk.nio.maxCachedBufferSize=262144 --add-modules jdk.incubator.vector %VOXCAM_JVM_OPTIONS% -jar "%JAR%" %*
exit /b %ERRORLEVEL%

:try
if defined JDK exit /b
if not exist "%~1\bin\java.exe" exit /b
findstr /r /c:"^JAVA_VERSION=.25[^0-9]" "%~1\release" >nul 2>&1 && set "JDK=%~1"
exit /b
