using System.CommandLine;
using XenKube.Cli.Output;
using XenKube.Images;
using XenKube.Images.Signatures;

namespace XenKube.Cli.Commands;

/// <summary><c>xenkube image</c>: images found, fetched, proven and poured into node disks.</summary>
internal static class ImageCommands
{
    private static readonly Argument<string> File = new("FILE") { Description = "The image, compressed." };
    private static readonly Argument<string[]> Outputs = new("OUT") { Arity = ArgumentArity.OneOrMore, Description = "The disks to make." };
    private static readonly Option<string?> Signature = new("--signature")
        { Description = "The signature (default: FILE.sig).", HelpName = "FILE" };
    private static readonly Option<string[]> Keys = new("--key")
        { Description = "A file of keys to trust for this check, in addition to those of XENDIR. May be repeated.", HelpName = "FILE" };
    private static readonly Option<long> AdditionalSpace = ByteSize.Option("--additional-space",
        "Space to append; it takes none until it is used.");
    private static readonly Option<bool> Cache = new("--cache") { Description = "Keep the decoded image next to the compressed image." };

    private static readonly Argument<string?> Version = new("VERSION")
        { Arity = ArgumentArity.ZeroOrOne, Description = "The version, or 'current' (the default)." };
    private static readonly Option<string?> Channel = new("--channel")
        { Description = "stable (the default), beta or alpha; a stream of Fedora CoreOS: stable, testing or next.", HelpName = "NAME" };
    private static readonly Option<ImageDistribution> Distribution = WordOption.Of<ImageDistribution>("--distribution",
        "CoreOS (the default), Flatcar or FedoraCoreOS.");
    private static readonly Option<string?> Board = new("--board")
        { Description = "amd64-usr (the default) or arm64-usr.", HelpName = "NAME" };
    private static readonly Option<string?> BaseUri = new("--base-uri")
        { Description = "A mirror: a URL, or a directory with the layout of the release server; {channel} and {distribution} in it are filled in.", HelpName = "URI" };
    private static readonly Option<string?> ImageName = new("--image-name")
        { Description = "Name of the image's file on the server.", HelpName = "NAME" };

    public static Command Create()
    {
        var list = new Command("list", "List the images in the store.") { StandardOptions.XenDir, StandardOptions.Json };
        CommandRun.Handle(list, run => run.Print(Store(run).List(), WriteTable));
        var find = new Command("find", "List the releases of a channel.")
            { Channel, Distribution, Board, BaseUri, ImageName, StandardOptions.XenDir, StandardOptions.Json };
        CommandRun.Handle(find, run =>
        {
            using var server = Server(run);
            run.Print(server.Find(run.CancellationToken), (output, releases) =>
                TextTable.Write(output, ["Version", "Distribution", "Channel", "Image"],
                    releases.Select(release => new[] { release.Version, release.Distribution.ToString(), release.Channel,
                        release.ImageUri.ToString() })));
        });
        Command Download(string name, string description)
        {
            var command = new Command(name, description) { Version, Channel, Distribution, Board, BaseUri, ImageName,
                StandardOptions.SkipVerification, StandardOptions.XenDir, StandardOptions.Json };
            CommandRun.Handle(command, Get);
            return command;
        }
        var get = Download("get", "The same as save, as it was called first.");
        var save = Download("save",
            "Download an image and its signature into the store; the image gets its name after the signature has been verified.");
        var verify = new Command("verify", "Check an image's signature; exit 0 only for a good signature by a trusted key.")
            { File, Signature, Keys, StandardOptions.XenDir, StandardOptions.Json };
        CommandRun.Handle(verify, Verify);
        var expand = new Command("expand", "Expand an image into disks: one decode, all outputs, sparse.")
            { File, Outputs, AdditionalSpace, Cache, StandardOptions.Force, StandardOptions.Json };
        CommandRun.Handle(expand, Expand);
        return new Command("image", "Images of releases.") 
            { list, find, save, get, ImageStoreCommands.CreateImport(), ImageStoreCommands.CreateRemove(), verify, expand };
    }

    private static void Get(CommandRun run)
    {
        using var server = Server(run);
        var store = Store(run);
        var downloader = new ImageDownloader(server, store, new TrustStore(run.Directory.KeysPath));
        using var progress = new ProgressLine(run.Terminal);
        var download = downloader.Download(server.Resolve(run.Get(Version) ?? ReleaseServer.CurrentVersion, run.CancellationToken),
            run.Get(StandardOptions.SkipVerification), progress, run.CancellationToken);
        progress.Dispose();
        foreach (var warning in download.Warnings)
        {
            run.Warn(warning);
        }
        run.Print(download.Image, (output, image) => output.WriteLine(image.Path));
    }

    private static ImageStore Store(CommandRun run) => new(run.Directory.ImagesPath);

    private static ReleaseServer Server(CommandRun run)
    {
        var defaults = new ReleaseServerOptions();
        return new ReleaseServer(defaults with
        {
            Distribution = run.Get(Distribution),
            Channel = run.Get(Channel) ?? defaults.Channel,
            Board = run.Get(Board) ?? defaults.Board,
            BaseUri = run.Get(BaseUri) ?? run.Directory.Settings.Mirror,
            ImageName = run.Get(ImageName),
        });
    }

    private static void WriteTable(TextWriter output, IReadOnlyList<CoreOSImage> images) => TextTable.Write(
        output,
        ["Version", "Name", ">Size", "Signature", "Path"],
        images.Select(image => new[] { image.Version, image.Name, BinarySize.Format(image.Size), image.HasSignature
            ? "there" : "missing", image.Path }));

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
            run.WriteJson(signature.ToJson());
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
        var result = NodeDiskWriter.Write(run.Get(File), run.Get(Outputs),
            new NodeDiskOptions(run.Get(AdditionalSpace), run.Get(Cache), run.Get(StandardOptions.Force)), progress, run.CancellationToken);
        progress.Dispose();
        run.Print(result, (output, made) =>
        {
            foreach (var path in made.Paths)
            {
                output.WriteLine($"{path}: {BinarySize.Format(made.Size)}, {BinarySize.Format(made.Written)} written");
            }
        });
    }

    // Verifying needs no XENDIR where --key names the keys.
    private static KeyRing TrustedKeys(CommandRun run) =>
        run.Get(StandardOptions.XenDir) is null && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("XENDIR"))
            ? KeyRing.Empty
            : new TrustStore(run.Directory.KeysPath).OpenKeyRing();
}
