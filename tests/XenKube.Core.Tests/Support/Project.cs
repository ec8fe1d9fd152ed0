namespace XenKube.Tests.Support;

/// <summary>Places in the project, and room of its own for each test.</summary>
internal static class Project
{
    public static string Root { get; } = FindRoot();

    /// <summary>A file or folder under tests/.</summary>
    public static string Tests(params string[] parts) => Path.Combine([Root, "tests", .. parts]);

    /// <summary>An assembly of ours that these tests were built with.</summary>
    public static string Assembly(string file) => Path.Combine(AppContext.BaseDirectory, file);

    /// <summary>The module's assembly beside whose build these tests were built. Its base classes are in pwsh alone, so it is read and not loaded.</summary>
    public static string ModuleAssembly =>
        Path.Combine(
            Root, "src", "XenKube", "bin", AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug", "net10.0", "XenKube.dll");

    private static string FindRoot()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "XenKube.sln")))
            {
                return directory.FullName;
            }
        }
        throw new InvalidOperationException("XenKube.sln not found above the test assembly");
    }
}
