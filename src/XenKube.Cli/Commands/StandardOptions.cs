using System.CommandLine;

namespace XenKube.Cli.Commands;

/// <summary>Options that several commands share.</summary>
internal static class StandardOptions
{
    public static Option<bool> Json { get; } = new("--json") { Description = "Print one JSON document." };

    public static Option<string?> XenDir { get; } = new("--xen-dir")
        { Description = "The directory that holds everything (default: $XENDIR).", HelpName = "DIR" };

    public static Option<bool> SkipVerification { get; } = new("--skip-verification")
        { Description = "Accept an image whose signature has not been verified." };

    public static Option<bool> Force { get; } = new("--force", "-f") { Description = "Do it even if it would be refused otherwise." };
}
