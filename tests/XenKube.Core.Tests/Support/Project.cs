namespace XenKube.Tests.Support;

/// <summary>Places in the project, and room of its own for each test.</summary>
internal static class Project
{
    public static string Root { get; } = FindRoot();

    /// <summary>A file or folder under tests/.</summary>
    public static string Tests(params string[] parts) => Path.Combine([Root, "tests", .. parts]);

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
