using System.CommandLine;
using XenKube.Clusters;
using XenKube.Images;

namespace XenKube.Cli.Commands;

/// <summary><c>xenkube image</c>: images found, fetched, proven and poured into node disks.</summary>
internal static class ImageCommands
{
    private static readonly Argument<string> File = new("FILE") { Description = "The image, compressed." };
    private static readonly Argument<string[]> Outputs = new("OUT") { Arity = ArgumentArity.OneOrMore, Description = "The disks to make." };
    private static readonly Option<string?> Signature = new("--signature") { Description = "The signature (default: FILE.sig).", HelpName = "FILE" };
    private static readonly Option<string[]> Keys = new("--key") { Description = "A file of keys to trust for this once, besides those of XENDIR. May be repeated.", HelpName = "FILE" };
    private static readonly Option<long> AdditionalSpace = ByteSize.Option("--additional-space", "Space to append; it takes none until it is used.");
    private static readonly Option<bool> Cache = new("--cache") { Description = "Keep the decoded image beside the compressed one." };

    public static Command Create(Terminal terminal)
    {
        var verify = new Command("verify", "Check an image's signature; exit 0 only for a good one by a trusted key.") { File, Signature, Keys, StandardOptions.XenDir, StandardOptions.Json };
        CommandRun.Handle(verify, terminal, Verify);
        var expand = new Command("expand", "Expand an image into disks: one decode, all outputs, sparse.") { File, Outputs, AdditionalSpace, Cache, StandardOptions.Force, StandardOptions.Json };
        CommandRun.Handle(expand, terminal, Expand);
        return new Command("image", "Images of releases.") { verify, expand };
    }

    private static void Verify(CommandRun run)
    {
        var keys = (run.Get(Keys) ?? []).Aggregate(TrustedKeys(run), (ring, file) => ring.With(KeyRing.Load(file, isTrusted: true)));
        foreach (var problem in keys.Problems)
        {
            run.Warn(problem);
        }
        using var progress = new ProgressLine(run.Terminal);
        var signature = SignatureVerifier.Verify(run.Get(File), run.Get(Signature), keys, progress, run.CancellationToken);
        progress.Dispose();
        if (run.WantsJson)
        {
            run.Out.WriteLine(signature.ToJson());
        }
        else
        {
            run.Out.WriteLine(signature.ToString().TrimEnd('\n'));
        }
        if (!signature.IsTrusted)
        {
            run.NotDone();
        }
    }

    private static void Expand(CommandRun run)
    {
        using var progress = new ProgressLine(run.Terminal);
        var result = NodeDiskWriter.Write(run.Get(File), run.Get(Outputs), new NodeDiskOptions(run.Get(AdditionalSpace), run.Get(Cache), run.Get(StandardOptions.Force)), progress, run.CancellationToken);
        progress.Dispose();
        run.Print(result, (output, made) =>
        {
            foreach (var path in made.Paths)
            {
                output.WriteLine($"{path}: {ByteSize.Format(made.Size)}, {ByteSize.Format(made.Written)} written");
            }
        });
    }

    // Verifying needs no XENDIR where --key names the keys.
    private static KeyRing TrustedKeys(CommandRun run) =>
        run.Get(StandardOptions.XenDir) is null && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("XENDIR"))
            ? KeyRing.Empty
            : new TrustStore(XenDirectory.Resolve(run.Get(StandardOptions.XenDir)).KeysPath).OpenKeyRing();
}
