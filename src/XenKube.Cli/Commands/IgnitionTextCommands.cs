using System.CommandLine;
using XenKube.Cli.Output;
using XenKube.Clusters;
using XenKube.Ignition.Decompiling;
using XenKube.Ignition.Templates;

namespace XenKube.Cli.Commands;

/// <summary><c>xenkube ignition decompile</c> and <c>expand</c>: JSON to a document that people edit, a template to a config.</summary>
internal static class IgnitionTextCommands
{
    private static readonly Argument<string> Json = new("FILE") { Description = "The JSON; - for standard input." };
    private static readonly Argument<string> Template = new("TEMPLATE") { Description = "The template, such as node-1.ct.tmpl." };
    private static readonly Option<string?> Output = new("--output", "-o")
        { Description = "The file to write (default: the template's name without .tmpl).", HelpName = "FILE" };

    public static Command CreateDecompile(Terminal terminal)
    {
        var command = new Command("decompile", "Turn Ignition JSON into a config that people can edit.") { Json, StandardOptions.Json };
        CommandRun.Handle(command, terminal, Decompile);
        return command;
    }

    public static Command CreateExpand(Terminal terminal)
    {
        var command = new Command("expand", "Make a config from its template.")
            { Template, Output, StandardOptions.Force, StandardOptions.XenDir, StandardOptions.Json };
        CommandRun.Handle(command, terminal, Expand);
        return command;
    }

    private static void Decompile(CommandRun run)
    {
        var document = IgnitionDecompiler.Decompile(IgnitionCommands.Read(run, run.Get(Json)));
        foreach (var note in document.Notes)
        {
            run.Warn(note);
        }
        run.Print(document, (output, value) => output.Write(value.Text));
    }

    private static void Expand(CommandRun run)
    {
        var path = Path.GetFullPath(run.Get(Template));
        var node = run.HasDirectory ? new NodeStore(run.Directory).FindByFile(path) : null;
        var force = run.Get(StandardOptions.Force);
        var result = node is null
            ? IgnitionTemplate.Expand(path, run.Get(Output), force: force)
            : new NodeConfig(run.Directory, node).Expand(path, run.Get(Output), force);
        run.Print(result, (output, value) => output.WriteLine(value.Written ? value.Path : $"{value.Path} is current"));
    }
}
