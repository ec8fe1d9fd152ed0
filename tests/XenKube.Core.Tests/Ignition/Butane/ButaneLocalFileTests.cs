using System.Text.Json.Nodes;
using XenKube.Tests.Support;

namespace XenKube.Tests.Ignition.Butane;

/// <summary>The files that a document takes from the files directory, and those that it cannot reach.</summary>
public sealed class ButaneLocalFileTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    public ButaneLocalFileTests()
    {
        directory.Write("secret", "secret");
        directory.Write("files/a.txt", "A");
        directory.Write("files-too/b.txt", "B");
    }

    public void Dispose() => directory.Dispose();

    [Theory]
    [InlineData("a.txt", null)]
    [InlineData("/a.txt", null)]
    [InlineData("x/../a.txt", null)]
    [InlineData("../secret", "local file path traverses outside the files directory")]
    [InlineData("../files-too/b.txt", "local file path traverses outside the files directory")]
    [InlineData("link", "local file path traverses outside the files directory: a symbolic link leads there, and links out of the directory are not followed")]
    [InlineData("folder/secret", "local file path traverses outside the files directory: a symbolic link leads there, and links out of the directory are not followed")]
    [InlineData("inner", null)]
    [InlineData("loop", "open DIR/loop: too many levels of symbolic links")]
    [InlineData("none", "open DIR/none: no such file or directory")]
    [InlineData("a.txt/b", "open DIR/a.txt/b: not a directory")]
    [InlineData("", "read DIR: is a directory")]
    public void Local_file_stays_within_the_files_directory(string local, string? expected)
    {
        File.CreateSymbolicLink(directory["files/link"], "../secret");
        File.CreateSymbolicLink(directory["files/folder"], "..");
        File.CreateSymbolicLink(directory["files/inner"], directory["files/a.txt"]);
        File.CreateSymbolicLink(directory["files/loop"], "loop");
        var run = Run($"storage: {{files: [{{path: /a, contents: {{local: '{local}'}}}}]}}");
        Assert.Equal(
            expected is null ? [] : [$"error at $.storage.files.0.contents.local: {expected.Replace("DIR", directory["files"], StringComparison.Ordinal)}"],
            run.Entries);
        Assert.Equal(expected is null ? "data:,A" : null, (string?)Storage(run)?["files"]![0]!["contents"]!["source"]);
    }

    [Fact]
    public void Tree_becomes_files_with_modes_and_links_in_order()
    {
        directory.Write("files/tree/sub/z", "z");
        directory.Write("files/tree/a", "a");
        directory.Write("files/tree/sub-file", "s");
        File.SetUnixFileMode(directory["files/tree/sub/z"], UnixFileMode.UserRead | UnixFileMode.OtherExecute);
        File.CreateSymbolicLink(directory["files/tree/out"], "/etc/passwd");
        var storage = Storage(Run("""
            storage:
              files: [{path: /t/a, mode: 0600}]
              trees: [{local: tree, path: /t/}, {local: tree/sub}]
            """))!;
        Assert.Equal(
            ["/t/a 384 data:,a", "/t/sub/z 493 data:,z", "/t/sub-file 420 data:,s", "/z 493 data:,z"],
            storage["files"]!.AsArray().Select(file => $"{file!["path"]} {file["mode"]} {file["contents"]!["source"]}"));
        Assert.Equal("[{\"path\":\"/t/out\",\"target\":\"/etc/passwd\"}]", storage["links"]!.ToJsonString());
    }

    [Fact]
    [Trait("Kind", "Process")]
    public void Tree_with_something_else_in_it_is_refused()
    {
        Tool.Need("mkfifo");
        Directory.CreateDirectory(directory["files/tree"]);
        Tool.Run("mkfifo", directory["files/tree/pipe"]).ShouldSucceed();
        Assert.Equal(["error at $.storage.trees.0: trees may only contain files, directories, and symlinks"], Run("storage: {trees: [{local: tree}]}").Entries);
        Assert.Equal(1, Run("storage: {files: [{path: /a, contents: {local: tree/pipe}}]}").ExitCode);
    }

    [Fact]
    public void Tree_that_meets_a_node_of_another_type_is_refused()
    {
        directory.Write("files/tree/a", "a");
        const string clash = "error at $.storage.trees.0: matching filesystem node has existing contents or different type";
        Assert.Equal([clash], Run("storage: {directories: [{path: /a}], trees: [{local: tree}]}").Entries);
        Assert.Equal([clash], Run("storage: {links: [{path: /a, target: b}], trees: [{local: tree}]}").Entries);
        Assert.Equal(["error at $.storage.trees.0: local file path traverses outside the files directory"], Run("storage: {trees: [{local: ..}]}").Entries);
    }

    [Fact]
    public void Keys_of_a_file_are_its_lines()
    {
        directory.Write("files/keys", "k1\r\n\nk2\n k3 ");
        var run = Run("passwd: {users: [{name: a, ssh_authorized_keys: [k0], ssh_authorized_keys_local: [keys, none]}]}");
        Assert.Equal([$"error at $.passwd.users.0.ssh_authorized_keys_local.1: open {directory["files"]}/none: no such file or directory"], run.Entries);
        run = Run("passwd: {users: [{name: a, ssh_authorized_keys: [k0], ssh_authorized_keys_local: [keys]}]}");
        Assert.Contains("\"sshAuthorizedKeys\":[\"k0\",\"k1\",\"k2\",\" k3 \"]", run.Output, StringComparison.Ordinal);
        run = Run("passwd: {users: [{name: a, ssh_authorized_keys: [k1], ssh_authorized_keys_local: [keys]}]}");
        Assert.Equal(["error at $.passwd.users.0.ssh_authorized_keys_local.0: duplicate entry defined"], run.Entries);
    }

    private static JsonNode? Storage(ButaneRun run) => run.Output.Length == 0 ? null : JsonNode.Parse(run.Output)!["storage"];

    private ButaneRun Run(string body) => ButaneRun.OfVersion("flatcar 1.1.0", body, "-d", directory["files"]);
}
