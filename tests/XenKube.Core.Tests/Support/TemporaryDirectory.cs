namespace XenKube.Tests.Support;

/// <summary>A folder that goes away with the test.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    /// <summary>Where a flush costs nothing: what the run of the tests names, or what the machine has; null without such a place.</summary>
    private static readonly string? Memory =
        Environment.GetEnvironmentVariable("XENKUBE_TEST_MEMORY") is { Length: > 0 } place ? place : Directory.Exists("/dev/shm") ? "/dev/shm" : null;

    /// <summary>Makes the folder.</summary>
    /// <param name="inMemory">True to make it where a flush costs nothing, if the machine has such a place.</param>
    public TemporaryDirectory(bool inMemory = false) => Path = inMemory && Memory is not null
        ? Directory.CreateDirectory($"{Memory}/xenkube-test-{Guid.NewGuid():n}").FullName
        : Directory.CreateTempSubdirectory("xenkube-test-").FullName;

    public string Path { get; }

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public string Write(string name, ReadOnlySpan<byte> content)
    {
        var path = this[name];
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }

    public string Write(string name, string content) => Write(name, System.Text.Encoding.UTF8.GetBytes(content));

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
