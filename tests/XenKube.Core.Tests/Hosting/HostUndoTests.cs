using System.Text;
using XenKube.Hosting;
using XenKube.Tests.Support;

namespace XenKube.Tests.Hosting;

/// <summary>An undo takes back what was written and nothing else, of the right backup, with a copy.</summary>
public sealed class HostUndoTests : IDisposable
{
    private const string Before = "one\ntwo\nthree\nfour\nfive\nsix\n";
    private const string Written = "one\ntwo\nTHREE\nfour\nfive\nsix\n";
    private readonly TemporaryDirectory _folder = new();
    private readonly BackupStore _store;
    private readonly HostOptions _options;
    private readonly List<string> _warnings = [];

    public HostUndoTests()
    {
        _store = new BackupStore(_folder["backups"]);
        _options = new HostOptions(_folder["xen"]) { BackupDirectory = _folder["backups"], SystemRoot = _folder["root"], Activate = false };
    }

    public void Dispose() => _folder.Dispose();

    private string Apply(string before = Before, string written = Written, bool activate = true, string name = "file")
    {
        var path = _folder.Write(name, before);
        new SystemChange("firewall", [FileChange.Content(path, Encoding.UTF8.GetBytes(written))]) { Activate = _ => { } }.Apply(_store, activate);
        Assert.Equal(written, File.ReadAllText(path));
        return path;
    }

    private BackupSet Undo() => HostPlan.Undo(_options, "firewall", _warnings.Add);

    private IEnumerable<string> Kept() => Directory.GetFiles(_folder["backups"], "*", SearchOption.AllDirectories).Select(File.ReadAllText);

    [Fact]
    public void Backup_has_what_was_there_and_what_was_written()
    {
        Apply();
        Assert.Contains(Before, Kept());
        Assert.Contains(Written, Kept());
    }

    [Theory]
    [InlineData("zero\none\ntwo\nTHREE\nfour\nfive\nsix\n", "zero\none\ntwo\nthree\nfour\nfive\nsix\n")]
    [InlineData("one\ntwo\nTHREE\nfour\nfive\nsix\nseven\n", "one\ntwo\nthree\nfour\nfive\nsix\nseven\n")]
    [InlineData("one\ntwo\nTHREE\nfour\nSIX\n", "one\ntwo\nthree\nfour\nSIX\n")]
    public void Later_edit_is_kept(string edited, string expected)
    {
        var path = Apply();
        File.WriteAllText(path, edited);
        Undo();
        Assert.Equal(expected, File.ReadAllText(path));
        Assert.Contains(edited, Kept());
        Assert.Contains("the edit is kept", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("one\ntwo\nTHREE!\nfour\nfive\nsix\n")]
    [InlineData("one\ntwo\nTHREE\nand more\nfour\nfive\nsix\n")]
    [InlineData("one\ntwo\nfour\nfive\nsix\n")]
    public void Later_edit_of_the_same_lines_refuses_the_undo_and_is_shown(string edited)
    {
        var path = Apply();
        File.WriteAllText(path, edited);
        var error = Assert.Throws<OperationFailedException>(Undo);
        Assert.Equal(("UndoConflict", path), (error.ErrorId, error.File));
        Assert.Contains(TextDiff.Hunks(Written, edited).TrimEnd('\n'), error.Reason, StringComparison.Ordinal);
        Assert.Equal(edited, File.ReadAllText(path));
        // The remedy: the lines of the step are taken out by hand, and nothing is left to undo.
        File.WriteAllText(path, Written);
        Undo();
        Assert.Equal(Before, File.ReadAllText(path));
    }

    [Fact]
    public void File_that_was_made_and_edited_since_is_not_removed()
    {
        var path = _folder["new"];
        new SystemChange("firewall", [FileChange.Content(path, Encoding.UTF8.GetBytes(Written))]).Apply(_store);
        File.AppendAllText(path, "by hand\n");
        Assert.Equal("UndoConflict", Assert.Throws<OperationFailedException>(Undo).ErrorId);
        Assert.True(File.Exists(path));
        File.WriteAllText(path, Written);
        Undo();
        Assert.False(File.Exists(path));
        Assert.Contains(Written, Kept());
    }

    [Fact]
    public void Link_that_leads_elsewhere_by_now_stays()
    {
        var path = _folder["link"];
        new SystemChange("firewall", [FileChange.Link(path, "/nonexistent/ours")]).Apply(_store);
        File.Delete(path);
        File.CreateSymbolicLink(path, "/nonexistent/theirs");
        Assert.Equal("UndoConflict", Assert.Throws<OperationFailedException>(Undo).ErrorId);
        Assert.Equal("/nonexistent/theirs", new FileInfo(path).LinkTarget);
    }

    [Fact]
    public void Undo_is_a_backup_that_can_be_undone()
    {
        var path = Apply();
        Undo();
        Assert.Equal(Before, File.ReadAllText(path));
        Assert.Equal([("undo-firewall", BackupState.NotActive), ("firewall", BackupState.Undone)], _store.List().Select(set => (set.Step, set.State)));
        Assert.Equal("BackupNotFound", Assert.Throws<ItemNotFoundException>(Undo).ErrorId);
        HostPlan.Undo(_options, "undo-firewall");
        Assert.Equal(Written, File.ReadAllText(path));
    }

    [Fact]
    public void Newest_backup_is_undone_after_the_clock_went_back()
    {
        var path = Apply();
        var first = Assert.Single(_store.List());
        // As if the first was made a day later by a clock that was wrong.
        Directory.Move(first.Directory, Path.Combine(_folder["backups"], $"{first.Time.AddDays(1):yyyyMMdd'T'HHmmss.fff'Z'}-firewall"));
        new SystemChange("firewall", [FileChange.Content(path, "one\n"u8.ToArray())]).Apply(_store);
        Undo();
        Assert.Equal(Written, File.ReadAllText(path));
        Undo();
        Assert.Equal(Before, File.ReadAllText(path));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    public void Backup_without_a_manifest_is_found_and_said(string? manifest)
    {
        var path = Apply();
        var good = Assert.Single(_store.List());
        var damaged = Path.Combine(_folder["backups"], $"{good.Time.AddDays(1):yyyyMMdd'T'HHmmss.fff'Z'}-firewall");
        Directory.CreateDirectory(damaged);
        File.WriteAllText(Path.Combine(damaged, "0-file"), "lost?\n");
        if (manifest is not null)
        {
            File.WriteAllText(Path.Combine(damaged, "manifest.json"), manifest);
        }
        Assert.Contains(damaged, _store.List().Where(set => set.State == BackupState.Incomplete).Select(set => set.Directory));
        Undo();
        Assert.Equal(Before, File.ReadAllText(path));
        Assert.Contains(damaged, Assert.Single(_warnings), StringComparison.Ordinal);
        var error = Assert.Throws<InvalidInputException>(Undo);
        Assert.Equal(("BackupInvalid", damaged), (error.ErrorId, error.File));
    }

    [Fact]
    public void Backup_of_an_earlier_version_is_put_back_and_what_is_replaced_is_kept()
    {
        var path = _folder.Write("file", "edited since\n");
        var old = Path.Combine(_folder["backups"], "20200101T000000.000Z-firewall");
        Directory.CreateDirectory(old);
        File.WriteAllText(Path.Combine(old, "0-file"), Before);
        File.WriteAllText(Path.Combine(old, "manifest.json"), $$"""[{"Path":"{{path}}","Kind":"file","Data":"0-file","Mode":33188,"UserId":{{Environment.ProcessId * 0}},"GroupId":0}]""");
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root may give the file its owner");
        Undo();
        Assert.Equal(Before, File.ReadAllText(path));
        Assert.Contains("edited since\n", Kept());
    }

    [Fact]
    public void Change_whose_service_was_not_told_is_activated_by_the_next_one()
    {
        Apply(activate: false);
        Assert.Equal(BackupState.NotActive, Assert.Single(_store.List()).State);
        Assert.NotNull(_store.NotActive("firewall"));
        var told = 0;
        var change = new SystemChange("firewall", [FileChange.Content(_folder["file"], Encoding.UTF8.GetBytes(Written))]) { Activate = _ => told++, IsActivationNeeded = true };
        Assert.Empty(change.Files);
        Assert.True(change.IsNeeded);
        Assert.Null(change.Apply(_store));
        Assert.Equal(1, told);
        Assert.Null(_store.NotActive("firewall"));
        Assert.Equal(BackupState.Active, Assert.Single(_store.List()).State);
    }

    [Fact]
    public void Change_whose_service_refuses_it_is_put_back_and_leaves_no_backup()
    {
        var path = _folder.Write("file", Before);
        var change = new SystemChange("firewall", [FileChange.Content(path, Encoding.UTF8.GetBytes(Written))]) { Activate = _ => throw new OperationFailedException(ErrorIds.ServiceNotReloaded, "x", null, "no") };
        Assert.Throws<OperationFailedException>(() => change.Apply(_store));
        Assert.Equal(Before, File.ReadAllText(path));
        Assert.Empty(_store.List());
    }
}
