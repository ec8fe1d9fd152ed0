using System.Text;
using XenKube.Ignition.Drivers;
using XenKube.Ignition.Languages;
using XenKube.Ignition.Publishing;
using XenKube.Tests.Support;

namespace XenKube.Ignition;

/// <summary>Input that is broken, hostile or huge: an error with its place, no output, and what is published stays.</summary>
public sealed class BadInputTests : IDisposable
{
    private const string Butane = "variant: flatcar\nversion: 1.1.0\n";

    private readonly TemporaryDirectory _directory = new();

    public BadInputTests()
    {
        _directory.Write("files/inside", "i");
        Directory.CreateDirectory(_directory["files/folder"]);
        File.CreateSymbolicLink(_directory["files/out"], "/etc/hostname");
        File.CreateSymbolicLink(_directory["files/nowhere"], "gone");
    }

    public void Dispose() => _directory.Dispose();

    public static TheoryData<string, string, string, string> Documents => new()
    {
        { "not UTF-8", "clc", "a: \u00ff\n", "invalid leading UTF-8 octet" },
        { "not UTF-8", "butane", "a: \u00ff\n", "invalid leading UTF-8 octet" },
        { "broken character", "clc", "a: \u00c3(\n", "invalid trailing UTF-8 octet" },
        { "control character", "clc", "a: \u0001\n", "control characters are not allowed" },
        { "deep lists", "clc", new string('[', 100_000), "line 1: " },
        { "deep lists", "butane", "x: " + new string('[', 100_000), "line 3: " },
        { "deep mappings", "clc", string.Concat(Enumerable.Repeat("{a: ", 100_000)), "line 1: " },
        { "deep mappings", "butane", "x: " + string.Concat(Enumerable.Repeat("{a: ", 100_000)), "line 3: " },
        { "deep items", "clc", string.Concat(Enumerable.Repeat("- ", 100_000)) + "a\n", "line 1: " },
        { "deep keys", "clc", string.Concat(Enumerable.Repeat("? ", 100_000)) + "a\n", "line 1: " },
        { "deep sources", "butane", "storage: {files: " + string.Concat(Enumerable.Repeat("[", 50_000)) + string.Concat(Enumerable.Repeat("]", 50_000)) + "}\n", "line 3: " },
        { "tab", "clc", "storage:\n\tfiles: []\n", "line 2: found character that cannot start any token" },
        { "tab", "butane", "storage:\n\tfiles: []\n", "line 4: found character that cannot start any token" },
        { "tab and CR LF", "clc", "storage:\r\n\tfiles: []\r\n", "line 2: found character that cannot start any token" },
        { "50 MB", "clc", "", "line 1160001: did not find expected ',' or ']'" },
        { "too large", "clc", "", "more than the 67108864 that are read" },
        { "too large", "butane", "", "more than the 67108864 that are read" },
        { "outside", "clc", ClcFile("local: ../secret"), "leaves the files directory" },
        { "outside", "butane", ButaneFile("../secret"), "line 5 col 36: local file path traverses outside the files directory" },
        { "link to the outside", "clc", ClcFile("local: out"), "leaves the files directory" },
        { "link to the outside", "butane", ButaneFile("out"), "line 5 col 36: local file path traverses outside the files directory" },
        { "link to nowhere", "clc", ClcFile("local: nowhere"), "nowhere: no such file or directory" },
        { "missing", "clc", ClcFile("local: gone"), "gone: no such file or directory" },
        { "missing", "butane", ButaneFile("gone"), "gone: no such file or directory" },
        { "a folder", "clc", ClcFile("local: folder"), "folder: is a directory" },
        { "a folder", "butane", ButaneFile("folder"), "folder: is a directory" },
    };

    [Theory]
    [MemberData(nameof(Documents))]
    public void Bad_document_gives_an_error_and_leaves_what_is_published(string what, string language, string text, string expected)
    {
        // Not among the cases themselves, which stay in memory.
        text = what switch
        {
            "50 MB" => string.Concat(Enumerable.Repeat("# 0123456789012345678901234567890123456789\n", 1_160_000)) + "storage: [a\n",
            "too large" => new string(' ', 65 << 20),
            _ => text,
        };
        var bytes = Encoding.Latin1.GetBytes((language == "butane" && !text.StartsWith("variant", StringComparison.Ordinal) ? Butane : "") + text);
        var published = _directory.Write("node.json", "old");
        var config = IgnitionTranspiler.Transpile(bytes, new TranspileOptions { Dialect = language, Release = "0.9.0", FilesDirectory = _directory["files"] });
        Assert.False(config.Succeeded, what);
        Assert.Equal("", config.Json);
        Assert.Equal("ConfigFailed", Assert.Throws<InvalidInputException>(() => IgnitionPublisher.Publish(config, published)).ErrorId);
        Assert.Equal("old", File.ReadAllText(published));

        using var output = new MemoryStream();
        using var error = new StringWriter();
        var exit = language == "butane"
            ? ButaneDriver.Run(["--raw-errors", "--files-dir", _directory["files"]], new MemoryStream(bytes), output, error)
            : CtDriver.Run(["--release", "0.9.0", "-files-dir", _directory["files"]], new MemoryStream(bytes), output, error);
        Assert.Equal((1, 0), (exit, (int)output.Length));
        var said = error.ToString();
        // Problems of the scanner are counted from 0 in a Container Linux Config, as ct counts them.
        Assert.True(said.Contains(expected, StringComparison.Ordinal) || (language == "clc" && said.Contains(OneLess(expected), StringComparison.Ordinal)), $"{what}: {said[..Math.Min(said.Length, 500)]}");
    }

    [Theory]
    [InlineData("\r\n", "")]
    [InlineData("\r", "")]
    [InlineData("\n", "\ufeff")]
    [InlineData("\r\n", "\ufeff")]
    public void Line_ends_and_a_mark_make_no_difference(string lineEnd, string mark)
    {
        const string plain = "storage:\n  files:\n    - path: /a\n      filesystem: root\n      mode: 0644\n      contents:\n        inline: |\n          é\n\n          b\n";
        var changed = mark + plain.Replace("\n", lineEnd, StringComparison.Ordinal);
        var expected = IgnitionTranspiler.Transpile(plain);
        Assert.True(expected.Succeeded);
        Assert.Equal(expected.Json, IgnitionTranspiler.Transpile(changed).Json);
        var butane = plain.Replace("      filesystem: root\n", "", StringComparison.Ordinal);
        Assert.Equal(
            IgnitionTranspiler.Transpile(Butane + butane).Json,
            IgnitionTranspiler.Transpile(mark + (Butane + butane).Replace("\n", lineEnd, StringComparison.Ordinal)).Json);
    }

    [Fact]
    public void File_that_cannot_be_read_is_named()
    {
        var error = Assert.Throws<OperationFailedException>(() => IgnitionTranspiler.TranspileFile(_directory["files/folder"]));
        Assert.Equal(("FileNotReadable", _directory["files/folder"]), (error.ErrorId, error.File));
    }

    private static string ClcFile(string contents) => $"storage:\n  files:\n    - path: /a\n      filesystem: root\n      mode: 0644\n      contents: {{{contents}}}\n";

    private static string ButaneFile(string local) => $"variant: flatcar\nversion: 1.1.0\nstorage:\n  files:\n    - {{path: /a, contents: {{local: {local}}}}}\n";

    private static string OneLess(string expected) => System.Text.RegularExpressions.Regex.Replace(
        expected, "^line ([0-9]+): ", match => int.Parse(match.Groups[1].Value, null) is var line && line > 1 ? $"line {line - 1}: " : "yaml: ");
}
