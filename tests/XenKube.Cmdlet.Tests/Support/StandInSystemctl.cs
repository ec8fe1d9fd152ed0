namespace XenKube.Tests.Support;

/// <summary>A systemctl that writes down how it was called and ends as told, first in the PATH until the end of the test.</summary>
internal sealed class StandInSystemctl
{
    private readonly CmdletSession _session;

    public StandInSystemctl(CmdletSession session)
    {
        _session = session;
        session.Write("bin/systemctl", $"#!/bin/sh\necho \"$*\" >> '{session["calls"]}'\nexit $(cat '{session["exit"]}')\n");
        File.SetUnixFileMode(session["bin/systemctl"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        CmdletSession.SetEnvironment("PATH", $"{session["bin"]}:{Environment.GetEnvironmentVariable("PATH")}");
    }

    /// <summary>The calls so far, a line each.</summary>
    public string[] Calls => File.Exists(_session["calls"]) ? File.ReadAllLines(_session["calls"]) : [];

    public void ExitsWith(int code) => _session.Write("exit", $"{code}\n");
}
