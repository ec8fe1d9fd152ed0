using System.CommandLine;
using XenKube.Cli.Output;
using XenKube.Images.Signatures;

namespace XenKube.Cli.Commands;

/// <summary><c>xenkube key</c>: the keys whose signatures on images are trusted.</summary>
internal static class KeyCommands
{
    private static readonly Argument<string[]> Files = new("FILE")
        { Arity = ArgumentArity.ZeroOrMore, Description = "Key files, armored or binary; - for standard input." };
    private static readonly Option<string[]> Known = new("--known")
        { Description = "A key that comes with XenKube: coreos, flatcar or fedora.", HelpName = "NAME" };
    private static readonly Argument<string[]> Fingerprints = new("FINGERPRINT")
        { Arity = ArgumentArity.OneOrMore, Description = "Fingerprint of a primary key, or its last digits (at least eight)." };

    public static Command Create()
    {
        var import = new Command("import", "Trust the keys in files, or a key that comes with XenKube.")
            { Files, Known, StandardOptions.XenDir, StandardOptions.Json };
        CommandRun.Handle(import, Import);
        var list = new Command("list", "List the trusted keys.") { StandardOptions.XenDir, StandardOptions.Json };
        CommandRun.Handle(list, run => run.Print(Store(run).List(), WriteTable));
        var remove = new Command("remove", "Stop trusting a key.") { Fingerprints, StandardOptions.XenDir };
        CommandRun.Handle(remove, run => run.ForEach(run.Get(Fingerprints), fingerprint =>
        {
            if (!Store(run).Remove(fingerprint))
            {
                throw new ItemNotFoundException(ErrorIds.KeyNotFound, null, null, $"no trusted key has the fingerprint {fingerprint}",
                    "See: xenkube key list");
            }
        }));
        return new Command("key", "Trusted signing keys.") { import, list, remove };
    }

    private static void Import(CommandRun run)
    {
        var files = run.Get(Files);
        var known = run.Get(Known) ?? [];
        if (files.Length + known.Length == 0)
        {
            run.Fail("nothing to import: name a file, or a known key with --known");
            return;
        }
        var store = Store(run);
        var keys = new List<SigningKey>();
        run.ForEach(known, name =>
        {
            var states = KnownKey.FindAll(name).Select(key => (Key: key, State: store.StateOf(key))).ToList();
            keys.AddRange(store.ImportKnown(name));
            foreach (var (key, _) in states.Where(pair => pair.State == KnownKeyState.TrustedIsNewer))
            {
                run.Warn($"{key.Name}: the trusted key is newer than the copy that comes with XenKube, and stays as it is");
            }
        });
        run.ForEach(files, file =>
        {
            var content = file == "-" ? ReadAll(run.Terminal.InputStream) : null;
            keys.AddRange(content is null ? store.Import(file) : store.Import(content, "standard input"));
            foreach (var skipped in content is null ? TrustStore.FindSkipped(file) : TrustStore.FindSkipped(content))
            {
                run.Warn($"{file}: left out is {skipped}");
            }
        });
        run.Print(keys, WriteTable);
    }

    private static byte[] ReadAll(Stream input)
    {
        using var content = new MemoryStream();
        input.CopyTo(content);
        return content.ToArray();
    }

    private static void WriteTable(TextWriter output, IReadOnlyList<SigningKey> keys) => TextTable.Write(
        output,
        ["Fingerprint", "Algorithm", "Created", "State", "User id"],
        keys.Select(key => new[] { key.Fingerprint, key.Algorithm, Timestamp.Day(key.CreatedUtc), key.IsRevoked
            ? "revoked" : "trusted", key.UserId }));

    private static TrustStore Store(CommandRun run) => new(run.Directory.KeysPath);
}
