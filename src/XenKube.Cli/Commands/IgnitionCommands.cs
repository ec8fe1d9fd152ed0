using System.CommandLine;
using XenKube.Files;
using XenKube.Ignition;
using XenKube.Ignition.Validation;

namespace XenKube.Cli.Commands;

/// <summary><c>xenkube ignition</c>: existing Ignition JSON.</summary>
internal static class IgnitionCommands
{
    /// <summary>The largest JSON that is looked at, in bytes; real configs are far below a megabyte.</summary>
    private const int MaximumSize = 64 << 20;

    private static readonly Argument<string> File = new("FILE") { Description = "The JSON; - for standard input." };
    private static readonly Option<int?> Generation = new("--generation")
        { Description = "The generation whose rules apply, 2 or 3 (default: by the version in the file).", HelpName = "2|3" };

    public static Command Create()
    {
        var validate = new Command("validate", "Check Ignition JSON as the guest's own validator does.")
            { File, Generation, StandardOptions.Json };
        CommandRun.Handle(validate, Validate);
        return new Command("ignition", "Ignition configs.")
        {
            validate, IgnitionNodeCommands.CreateCompare(), IgnitionNodeCommands.CreatePublish(),
            IgnitionTextCommands.CreateDecompile(), IgnitionTextCommands.CreateExpand(),
        };
    }

    /// <summary>A command that answers only to --help here: it takes its words itself, in another program's way.</summary>
    public static Command CreateForHelp(string name, string description) => new(name, description);

    /// <summary>The bytes of a file, or of standard input.</summary>
    internal static byte[] Read(CommandRun run, string file) => file == "-"
        ? WholeFile.Read(run.Terminal.InputStream, "standard input", MaximumSize, FileReadErrors.StandardInput)
        : WholeFile.Read(file, MaximumSize);

    private static void Validate(CommandRun run)
    {
        var file = run.Get(File);
        var validation = IgnitionValidator.Validate(Read(run, file), run.Get(Generation));
        if (run.WantsJson)
        {
            run.WriteJson(validation.ToJson());
        }
        else
        {
            foreach (var entry in validation.Entries)
            {
                var place = ConfigFailure.Place(entry) is { } at ? $" at {at}" : "";
                var path = entry.Path.Length > 0 ? $" ($.{Printable.Name(entry.Path)})" : "";
                run.Out.WriteLine($"{file}: {entry.KindText}{place}{path}: {ConfigFailure.MessageOf(entry)}");
            }
        }
        if (!run.WantsJson && validation.Remedy is { } remedy)
        {
            run.Out.WriteLine($"{file}: {remedy}");
        }
        if (!validation.IsValid)
        {
            run.NotDone();
        }
    }
}
