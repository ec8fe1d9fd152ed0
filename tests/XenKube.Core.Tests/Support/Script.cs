namespace XenKube.Tests.Support;

/// <summary>
/// Programs that tests write and run at once. A file that this process has open for writing is inherited by every process that
/// another thread forks meanwhile, and cannot be run until that one has called execve (ETXTBSY). So another program, install(1),
/// writes it: here it is never open.
/// </summary>
internal static class Script
{
    /// <summary>Writes a script that the owner may run, in place of one that is there.</summary>
    /// <param name="path">Its path; the folder is made.</param>
    /// <param name="content">Its text, with the line that names the interpreter.</param>
    /// <param name="mode">Its mode, as chmod(1) takes it.</param>
    public static string Write(string path, string content, string mode = "0755")
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        Tool.Run("install", ["-m", mode, "/dev/stdin", path], System.Text.Encoding.UTF8.GetBytes(content)).ShouldSucceed();
        return path;
    }
}
