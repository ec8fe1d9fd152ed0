using System.CommandLine;
using XenKube.Cli.Output;
using XenKube.Clusters;
using XenKube.Images;

namespace XenKube.Cli.Commands;

/// <summary><c>xenkube image import</c> and <c>xenkube image remove</c>: what comes into the store by hand, and what leaves it.</summary>
internal static class ImageStoreCommands
{
    private static readonly Argument<string[]> Files = new("FILE")
        { Arity = ArgumentArity.OneOrMore, Description = "Compressed images, each with its signature next to it." };
    private static readonly Option<string?> Signature = new("--signature")
        { Description = "The signature (default: FILE.sig, else FILE.asc).", HelpName = "FILE" };
    private static readonly Option<string?> Release = new("--version")
        { Description = "The release that the image has to be (default: the release that the image names).", HelpName = "VERSION" };
    private static readonly Option<string?> Name = new("--as")
        { Description = "What comes before the version in the store (default: coreos, flatcar or fedora-coreos).", HelpName = "NAME" };
    private static readonly Argument<string[]> Versions = new("VERSION")
        { Arity = ArgumentArity.OneOrMore,
            Description = "Versions in the store, or names with versions; patterns like flatcar-* are understood." };

    public static Command CreateImport()
    {
        var import = new Command("import",
            "Take images that were fetched by hand into the store: verified, and named after what is on them.") { Files, Signature, Release,
            Name, StandardOptions.SkipVerification, StandardOptions.Force, StandardOptions.XenDir, StandardOptions.Json };
        CommandRun.Handle(import, Import);
        return import;
    }

    public static Command CreateRemove()
    {
        var remove = new Command("remove",
            "Remove images from the store, each with its signature and its decompressed cache; --force for one that is in use.") { Versions,
            StandardOptions.Force, StandardOptions.XenDir };
        CommandRun.Handle(remove, run => run.ForEach(run.Get(Versions), version => Remove(run, version)));
        return remove;
    }

    private static void Import(CommandRun run)
    {
        var options = new ImageImport
        {
            SignatureFile = run.Get(Signature),
            Version = run.Get(Release),
            Name = run.Get(Name),
            SkipVerification = run.Get(StandardOptions.SkipVerification),
            Force = run.Get(StandardOptions.Force),
        };
        var images = new List<CoreOSImage>();
        run.ForEach(run.Get(Files), file =>
        {
            using var progress = new ProgressLine(run.Terminal);
            var imported = new ImageImporter(run.Directory).Import(file, options, progress, run.CancellationToken);
            progress.Dispose();
            foreach (var warning in imported.Warnings)
            {
                run.Warn(warning);
            }
            images.Add(imported.Image);
        });
        run.Print<IReadOnlyList<CoreOSImage>>(images, (output, all) =>
        {
            foreach (var image in all)
            {
                output.WriteLine(image.Path);
            }
        });
    }

    private static void Remove(CommandRun run, string version)
    {
        var store = new ImageStore(run.Directory.ImagesPath);
        IReadOnlyList<CoreOSImage> images = NamePattern.IsPattern(version)
            ? [.. store.List().Where(image => NamePattern.IsMatch(version, image.Version)
                || NamePattern.IsMatch(version, image.ToString()))]
            : [store.Get(version)];
        run.ForEach(images, image =>
            new ImageRemoval(run.Directory).Remove(image, run.Get(StandardOptions.Force), run.CancellationToken));
    }
}
