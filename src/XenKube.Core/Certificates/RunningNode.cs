using System.Globalization;
using System.Text;
using XenKube.Clusters;
using XenKube.Programs;

namespace XenKube.Certificates;

/// <summary>A running node, reached by ssh as the user core, who may become root there.</summary>
/// <param name="node">The node, with its address.</param>
internal sealed class RunningNode(Node node)
{
    private const string User = "core";

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Replaces files in the node's directory of certificates. Contents go through the connection alone; owner and permissions of the files
    /// that are there are kept, and every file is written before the first one is replaced.
    /// </summary>
    /// <param name="files">The files.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Whether anything was changed.</returns>
    /// <exception cref="OperationFailedException">The node cannot be reached, or has no such files.</exception>
    public bool Replace(IReadOnlyList<DeliveredFile> files, CancellationToken cancellationToken)
    {
        var script = new StringBuilder("set -eu; umask 077; for d in");
        foreach (var directory in CertificateLayout.NodeDirectories)
        {
            script.Append(' ').Append(directory);
        }
        script.Append("; do [ -d \"$d\" ] && cd \"$d\" && break; done; [ \"$PWD\" = \"$d\" ] || { echo no directory of certificates >&2; exit 3; }; c=0; ");
        foreach (var file in files)
        {
            // head takes as many bytes as it is told, and leaves the rest of the input to the next one.
            script.Append(CultureInfo.InvariantCulture,
                $"head -c {file.Content.Length} > .{file.Name}.new; [ -e {file.Name} ] || {{ echo {file.Name} is not there >&2; exit 3; }}; chown --reference={file.Name} .{file.Name}.new; chmod --reference={file.Name} .{file.Name}.new; cmp -s {file.Name} .{file.Name}.new || c=1; ");
        }
        script.AppendJoin("; ", files.Select(file => $"mv .{file.Name}.new {file.Name}")).Append("; sync; echo changed=$c");
        using var input = new MemoryStream();
        foreach (var file in files)
        {
            input.Write(file.Content);
        }
        var bytes = input.ToArray();
        try
        {
            return Run(script.ToString(), bytes, cancellationToken).Output.Contains("changed=1", StringComparison.Ordinal);
        }
        finally
        {
            Array.Clear(bytes);
            Array.Clear(input.GetBuffer());
        }
    }

    /// <summary>Restarts a unit of systemd.</summary>
    /// <param name="unit">Its name.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="OperationFailedException">The node cannot be reached, or the unit does not start.</exception>
    public void Restart(string unit, CancellationToken cancellationToken) =>
        Run($"systemctl restart {unit}", [], cancellationToken);

    /// <summary>The last lines that a unit of systemd logged.</summary>
    /// <param name="unit">Its name.</param>
    /// <param name="lines">How many.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="OperationFailedException">The node cannot be reached.</exception>
    public string ReadLog(string unit, int lines, CancellationToken cancellationToken) => Run(string.Create(CultureInfo.InvariantCulture,
        $"journalctl --no-pager -o cat -u {unit} -n {lines}"), [], cancellationToken).Output;

    private ProgramResult Run(string script, byte[] input, CancellationToken cancellationToken)
    {
        var address = node.IPAddress ?? throw new InvalidInputException(ErrorIds.NodeAddressMissing, node.GuestConfigPath, null,
            "the node has no reserved IP address, so ssh cannot reach it",
            $"Make the guest with one: {new RemedyAction(RemedyActionKind.MakeGuest, node.FullName)}");
        var result = ExternalProgram.Run("ssh",
            ["-o", "BatchMode=yes", "-o", "ConnectTimeout=5", $"{User}@{address}", "sudo", "sh", "-c", $"'{script}'"], Timeout, input,
            cancellationToken: cancellationToken);
        return result.ExitCode == 0 ? result : throw new OperationFailedException(ErrorIds.CertificatesNotPublished, null, node.FullName,
            $"ssh {User}@{address}: {result.Said}",
            $"See that 'ssh {User}@{address} sudo true' works and etcd's certificates are on the node, or stop the guest ({new RemedyAction(RemedyActionKind.StopGuest, node.FullName)}), so that they are written to its disk");
    }
}
