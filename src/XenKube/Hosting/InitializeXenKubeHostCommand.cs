using System.Management.Automation;
using System.Text;
using XenKube.Clusters;
using XenKube.Commands.Completion;
using XenKube.Files;
using XenKube.Hosting;

namespace XenKube.Commands.Hosting;

/// <summary>Sets up the host as in the guide: directories, nginx site, reservations, firewall and time server.</summary>
[Cmdlet(VerbsData.Initialize, "XenKubeHost", SupportsShouldProcess = true, DefaultParameterSetName = ApplySet)]
[OutputType(typeof(HostStepResult), ParameterSetName = [ApplySet])]
[OutputType(typeof(BackupSet), ParameterSetName = [UndoSet])]
public sealed class InitializeXenKubeHostCommand : HostPlanCommand
{
    private const string ApplySet = "Apply";
    private const string UndoSet = "Undo";

    /// <summary>The steps to take: directories, site, reservations, firewall, time. Default: all of them.</summary>
    [Parameter(Position = 0, ParameterSetName = ApplySet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(HostStepCompleter))]
    public string[]? Step { get; set; }

    /// <summary>Disables Debian's default site in nginx.</summary>
    [Parameter(ParameterSetName = ApplySet)]
    public SwitchParameter RemoveDefaultSite { get; set; }

    /// <summary>The directory for backups of the files that are replaced.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string BackupDirectory { get; set; } = BackupStore.DefaultDirectory;

    /// <summary>Writes files without reloading or restarting the services.</summary>
    [Parameter]
    public SwitchParameter NoActivate { get; set; }

    /// <summary>Adds a line to your PowerShell profile that sets $env:XENDIR.</summary>
    [Parameter(ParameterSetName = ApplySet)]
    public SwitchParameter ProfileLine { get; set; }

    /// <summary>The step to undo: restores what it replaced.</summary>
    [Parameter(Mandatory = true, ParameterSetName = UndoSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(HostStepCompleter))]
    public string? Undo { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(XenDir, () =>
    {
        // A new host has no XENDIR yet: the first step makes it.
        var path = XenDir is not null ? Resolve(XenDir) : Environment.GetEnvironmentVariable("XENDIR");
        var directory = path is { Length: > 0 } && !System.IO.Directory.Exists(path) ? Open(path) : Directory;
        var options = ReadOptions(directory) with { RemoveDefaultSite = RemoveDefaultSite, BackupDirectory = Resolve(BackupDirectory),
            Activate = !NoActivate };
        if (Undo is not null)
        {
            var planned = HostUndo.Plan(new BackupStore(options.BackupDirectory), Undo);
            if (Should($"Take back what the step {Undo} wrote{Environment.NewLine}{planned.Diff.TrimEnd('\n')}"))
            {
                WriteObject(HostPlan.Undo(options, Undo, WriteWarning, StopToken));
            }
            return;
        }
        Apply(HostPlan.Create(options, Step), options);
        OfferProfileLine(directory);
    });

    private void Apply(HostPlan plan, HostOptions options)
    {
        var chosen = new List<string>();
        foreach (var step in plan.Steps)
        {
            if (!step.IsNeeded)
            {
                if (step.Problem is not null)
                {
                    WriteError(Errors.Record(step.Problem, step.Name));
                }
                else
                {
                    WriteVerbose(step.ToString());
                }
            }
            else if (
                Should($"Change {string.Join(", ", step.Files)} in the step {step.Name} ({step.Current} -> {step.Wanted}){Environment.NewLine}{step.Diff.TrimEnd('\n')}"))
            {
                chosen.Add(step.Name);
            }
        }
        if (chosen.Count == 0)
        {
            return;
        }
        var confirmed = chosen.Count == plan.Steps.Count ? plan : HostPlan.Create(options, chosen);
        foreach (var result in confirmed.Apply(null, StopToken))
        {
            if (result.Error is not null)
            {
                WriteError(Errors.Record(result.Error, result.Name));
            }
            else
            {
                WriteObject(result);
            }
        }
    }

    private void OfferProfileLine(XenDirectory directory)
    {
        var line =
            $"$env:XENDIR = '{System.Management.Automation.Language.CodeGeneration.EscapeSingleQuotedStringContent(directory.Path)}'";
        var profile = ((PSObject)GetVariableValue("PROFILE"))?.Properties["CurrentUserAllHosts"]?.Value as string;
        var text = profile is null ? "" : Encoding.UTF8.GetString(WholeFile.TryRead(profile, regularOnly: true) ?? []);
        var isThere = text.Contains("$env:XENDIR", StringComparison.OrdinalIgnoreCase);
        if (isThere || profile is null)
        {
            return;
        }
        if (!ProfileLine)
        {
            WriteVerbose($"-ProfileLine adds this line to {profile}: {line}");
        }
        else if (Should($"Add {line} to {profile}"))
        {
            AtomicFile.Write(profile, Encoding.UTF8.GetBytes($"{text}{(text is "" or [.., '\n'] ? "" : "\n")}{line}\n"),
                makeDirectory: true);
        }
    }
}
