using System.CommandLine;
using XenKube.Cli.Commands;
using XenKube.Cli.Output;
using XenKube.Ignition.Drivers;

namespace XenKube.Cli;

/// <summary>The command line of <c>xenkube</c>: it binds words to the library's verbs and prints what comes back.</summary>
public static class CommandLine
{
    // Made once: an option remembers every command that it is added to, and parsing asks all of them.
    private static readonly Lazy<RootCommand> Commands = new(Create);

    // With what a shell is offered, which a help would list.
    private static readonly Lazy<RootCommand> Completing = new(() =>
    {
        CompletionSources.AddTo(Root);
        return Root;
    });

    /// <summary>All commands.</summary>
    internal static RootCommand Root => Commands.Value;

    /// <summary>Runs one command line.</summary>
    /// <param name="args">The words after the program's name.</param>
    /// <param name="terminal">Where it reads and prints.</param>
    /// <param name="cancellationToken">Ends the run early; so does Ctrl+C.</param>
    /// <returns>See <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(string[] args, Terminal terminal, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(terminal);
        try
        {
            return await InvokeAsync(args, terminal, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException error)
        {
            // Commands report their errors themselves; this is the output of a help, of a version, of ct or butane: a closed pipe, a full
            // disk.
            await terminal.Error.WriteLineAsync($"xenkube: {Printable.Name(error.Message)}").ConfigureAwait(false);
            return ExitCode.NotDone;
        }
    }

    private static async Task<int> InvokeAsync(string[] args, Terminal terminal, CancellationToken cancellationToken)
    {
        // ct and butane keep their own tongue, so that they can stand in for the programs of that name.
        switch (args)
        {
            case ["ct", .. var rest]:
                return CtDriver.Run(rest, terminal.InputStream, terminal.OutputStream, terminal.Error);
            case ["butane", .. var rest]:
                return ButaneDriver.Run(rest, terminal.InputStream, terminal.OutputStream, terminal.Error);
        }
        var parsed = (CompletionSources.IsAsked(args) ? Completing.Value : Root).Parse(args);
        string[] errors = parsed.Errors.Count > 0 ? [.. parsed.Errors.Select(error => error.Message)] : [.. EmptyValues.Errors(parsed)];
        if (errors.Length > 0)
        {
            foreach (var error in errors)
            {
                await terminal.Error.WriteLineAsync($"xenkube: {error}").ConfigureAwait(false);
            }
            await terminal.Error.WriteLineAsync($"See: xenkube {CommandPath(parsed)}--help").ConfigureAwait(false);
            return ExitCode.Usage;
        }
        return await parsed.InvokeAsync(new TerminalInvocation(terminal), cancellationToken).ConfigureAwait(false);
    }

    private static RootCommand Create() =>
        new("Clusters of CoreOS guests on Xen: images, node disks, Ignition configs, guests.")
        {
            QuickstartCommand.Create(),
            ImageCommands.Create(),
            KeyCommands.Create(),
            DiskCommands.Create(),
            GrubCommands.Create(),
            ClusterCommands.Create(),
            NodeCommands.Create(),
            SettingCommands.Create(),
            CertificateCommands.Create(),
            EtcdCommands.Create(),
            KubeConfigCommands.Create(),
            GuestCommands.Create(),
            HostCommands.Create(),
            CompletionCommand.Create(),
            IgnitionCommands.Create(),
            IgnitionCommands.CreateForHelp("ct", "Container Linux Config to Ignition, with the flags of ct: see 'xenkube ct -help'."),
            IgnitionCommands.CreateForHelp("butane", "Butane to Ignition, with the flags of butane: see 'xenkube butane --help'."),
        };

    private static string CommandPath(ParseResult parsed)
    {
        var names = new Stack<string>();
        for (var symbol = parsed.CommandResult; symbol?.Command is not (null or RootCommand);
            symbol = symbol.Parent as System.CommandLine.Parsing.CommandResult)
        {
            names.Push(symbol.Command.Name);
        }
        return names.Count == 0 ? "" : string.Join(' ', names) + " ";
    }
}
