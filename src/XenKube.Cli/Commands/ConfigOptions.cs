using System.CommandLine;
using XenKube.Clusters;

namespace XenKube.Cli.Commands;

/// <summary>The options of every command that transpiles configs of nodes.</summary>
internal static class ConfigOptions
{
    public static readonly Option<string?> Platform = new("--platform")
        { Description = "The platform whose metadata fill variables such as {PRIVATE_IPV4}.", HelpName = "NAME" };
    public static readonly Option<string?> FilesDirectory = new("--files-dir")
        { Description = "The directory of local files (default: that of the config).", HelpName = "DIRECTORY" };
    public static readonly Option<bool> Strict = new("--strict") { Description = "Treat warnings as errors." };

    /// <summary>How configs of nodes are transpiled, as the command line says.</summary>
    public static NodeConfigOverrides Overrides(CommandRun run) => new()
    {
        Platform = run.Get(Platform),
        FilesDirectory = run.Get(FilesDirectory) is { } directory ? Path.GetFullPath(directory) : null,
        Strict = run.WasGiven(Strict) ? run.Get(Strict) : null,
    };
}
