using System.CommandLine;
using XenKube.Clusters;

namespace XenKube.Cli.Commands;

/// <summary><c>xenkube grub</c>: the line in the OEM partition's grub.cfg that tells Ignition where its config is.</summary>
internal static class GrubCommands
{
    private static readonly Argument<string> Image = new("IMAGE") { Description = "The disk image." };
    private static readonly Option<Uri?> ConfigUri = new("--config-uri")
    {
        Description = "Where the guest fetches its config.",
        HelpName = "URI",
        CustomParser = result => Uri.TryCreate(result.Tokens[0].Value, UriKind.RelativeOrAbsolute, out var uri) ? uri : null,
    };

    private static readonly Option<string[]> LinuxAppend = new("--linux-append")
        { Description = "A kernel argument to write in addition to the URL, or a pattern (*) of arguments to keep. May be repeated.",
            HelpName = "ARGUMENT" };

    public static Command Create()
    {
        var get = new Command("get", "Print the OEM partition's grub.cfg.") { Image, StandardOptions.Json };
        CommandRun.Handle(get, run => run.Print(OemGrubConfig.Read(run.Get(Image)), (output, config) =>
            output.Write(config.Text)));
        var set = new Command("set", "Point Ignition at a config; the file's other lines stay.")
            { Image, ConfigUri, LinuxAppend, StandardOptions.Json };
        ConfigUri.Required = true;
        CommandRun.Handle(set, run => run.Print(
            OemGrubConfig.Write(run.Get(Image), run.Get(ConfigUri)!, run.Get(LinuxAppend), run.CancellationToken),
            (output, config) => output.WriteLine($"grub.cfg set to:{config.Line}")));
        var clear = new Command("clear", "Take the config's URL out again.") { Image, StandardOptions.Json };
        CommandRun.Handle(clear, run => run.Print(OemGrubConfig.Clear(run.Get(Image), run.CancellationToken), (_, _) => { }));
        return new Command("grub", "The OEM partition's grub.cfg.") { get, set, clear };
    }
}
