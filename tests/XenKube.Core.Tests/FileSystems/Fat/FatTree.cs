using XenKube.FileSystems;

namespace XenKube.Tests.FileSystems.Fat;

/// <summary>Whole trees, for comparing them.</summary>
internal static class FatTree
{
    public static SortedDictionary<string, byte[]?> Read(IFileSystem fileSystem)
    {
        var tree = new SortedDictionary<string, byte[]?>(StringComparer.Ordinal);
        Walk(fileSystem, "/", tree);
        return tree;
    }

    public static byte[] ReadFile(IFileSystem fileSystem, string path)
    {
        using var stream = fileSystem.OpenRead(path);
        var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    public static void ShouldEqual(SortedDictionary<string, byte[]?> expected, SortedDictionary<string, byte[]?> actual)
    {
        Assert.Equal(expected.Keys, actual.Keys);
        foreach (var (path, content) in expected)
        {
            Assert.True(content is null ? actual[path] is null : actual[path] is { } other && content.AsSpan().SequenceEqual(other), $"{path} differs");
        }
    }

    private static void Walk(IFileSystem fileSystem, string path, SortedDictionary<string, byte[]?> tree)
    {
        foreach (var entry in fileSystem.List(path))
        {
            tree[entry.Path] = entry.Kind == FileSystemEntryKind.Directory ? null : ReadFile(fileSystem, entry.Path);
            if (entry.Kind == FileSystemEntryKind.Directory)
            {
                Walk(fileSystem, entry.Path, tree);
            }
        }
    }
}
