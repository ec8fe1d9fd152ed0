using System.Text.RegularExpressions;
using XenKube.Certificates;

namespace XenKube.Etcd;

/// <summary>
/// Finds what is logged of a member that does not take part. A member whose certificate is wrong logs only "bad certificate" itself; which
/// address or date is wrong is in the log of those that refuse it. Why an etcd ended is in its own log alone.
/// </summary>
internal static partial class EtcdPeerLog
{
    private const int Lines = 400;

    /// <summary>No line of etcd is longer; the log is the guest's.</summary>
    private const int LongestLine = 4096;

    /// <summary>A guest writes the lines: the time must not grow with the square of their length.</summary>
    private const RegexOptions Linear = RegexOptions.CultureInvariant | RegexOptions.NonBacktracking;

    /// <summary>The last useful line about a member, out of the log of another.</summary>
    /// <param name="log">The log.</param>
    /// <param name="member">The member that does not take part.</param>
    /// <returns>The reason in the line; null where no line is about the member.</returns>
    public static string? Find(string log, EtcdMember member)
    {
        var address = member.PeerUri is { } uri ? EtcdGateway.HostOf(uri) : null;
        // Who connects to the member names the certificate's addresses; who is connected to, by a stranger as it seems, less.
        string? reached = null, rejected = null, ignored = null;
        foreach (var line in log.Split('\n').Where(line => line.Length <= LongestLine))
        {
            if (Unreachable().Match(line) is { Success: true } unreachable && unreachable.Groups["id"].Value == member.Id)
            {
                reached = unreachable.Groups["error"].Value;
            }
            else if (Rejected().Match(line) is { Success: true } refused && refused.Groups["from"].Value == address)
            {
                rejected = refused.Groups["error"].Value.Replace("\\\"", "\"", StringComparison.Ordinal);
            }
            else if (Mismatch().Match(line) is { Success: true } mismatch)
            {
                ignored = mismatch.Value;
            }
        }
        // That nothing listened there may have been so before the member started, or may be what the other lines explain.
        var told = reached is not null && !IsUnanswered(reached) ? reached : rejected ?? ignored ?? reached;
        return told is { } found ? Printable.Of(Lookup().Replace(found, "").Trim()) : null;
    }

    /// <summary>Why a member's etcd ended, out of its own log: the last line by which it did.</summary>
    /// <param name="log">The log.</param>
    /// <returns>The reason; null where etcd has not ended by itself.</returns>
    public static string? FindEnd(string log) => log.Split('\n').Where(line => line.Length <= LongestLine)
        .Select(line => Ended().Match(line)).LastOrDefault(match => match.Success) is { } end
        ? Printable.Of(end.Groups["error"].Value.Trim()) : null;

    /// <summary>
    /// Asks the healthy members of a cluster, by ssh, what they log of one that is not, and the member itself where nothing listens on
    /// it; the first that says something.
    /// </summary>
    /// <param name="members">The members.</param>
    /// <param name="member">The one that does not take part.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Who says it, and what; null if nobody does, or nobody can be reached.</returns>
    public static (string By, string Text)? Ask(IEnumerable<EtcdMember> members, EtcdMember member, CancellationToken cancellationToken)
    {
        (string By, string Text)? told = null;
        foreach (var other in members.Where(other => other != member && other.IsHealthy == true && other.Node is not null))
        {
            if (Ask(other, log => Find(log, member), cancellationToken) is { } text)
            {
                told = (other.MemberName, text);
                break;
            }
        }
        // A guest that runs refuses connections where no etcd listens; one that does not run is not asked, since ssh would wait for it.
        return member.Node is not null && (told is not var (_, said) || IsUnanswered(said))
            && Ask(member, FindEnd, cancellationToken) is { } end ? (member.MemberName, end) : told;
    }

    // An etcd that ends again and again refuses connections, or ends in the middle of one.
    private static bool IsUnanswered(string error) => error.Contains("connection refused", StringComparison.Ordinal)
        || error.Contains("connection reset", StringComparison.Ordinal) || error.EndsWith("EOF", StringComparison.Ordinal);

    /// <summary>Whether an etcd ended because its data are lost, as the words by which it did tell.</summary>
    public static bool IsLoss(string text) => text.Contains("tocommit(", StringComparison.Ordinal)
        || text.Contains("has already been bootstrapped", StringComparison.Ordinal);

    private static string? Ask(EtcdMember member, Func<string, string?> find, CancellationToken cancellationToken)
    {
        try
        {
            return find(new RunningNode(member.Node!).ReadLog(EtcdLayout.Unit, Lines, cancellationToken));
        }
        catch (XenKubeException)
        {
            // Who does not let this host in by ssh says nothing; the check is not about ssh.
            return null;
        }
    }

    // etcd 3.4: rejected connection from "192.168.100.13:4711" (error "x509: …", ServerName "")
    // etcd 3.5: {"msg":"rejected connection",…,"remote-addr":"192.168.100.13:4711","server-name":"","error":"x509: …"}
    [GeneratedRegex(
        """rejected connection.*?(?:from |"remote-addr":)"\[?(?<from>[0-9A-Fa-f.:]+?)\]?:\d+".*?(?:\(error |"error":)"(?<error>(?:[^"\\]|\\.)*)""",
        Linear, PatternLimit.Milliseconds)]
    private static partial Regex Rejected();

    // etcd 3.4: health check for peer 521d9cc310c2aecb could not connect: x509: …
    // etcd 3.4: failed to reach the peerURL(https://192.168.100.13:2380) of member 521d9cc310c2aecb (Get "https://…": x509: …)
    // etcd 3.5: {"msg":"prober detected unhealthy status",…,"remote-peer-id":"521d9cc310c2aecb",…,"error":"x509: …"}
    [GeneratedRegex(
        """(?:health check for peer |"remote-peer-id":"|peerURL\([^)]*\) of member )(?<id>[0-9a-f]+)(?: could not connect: |".*?"error":"| \(Get "[^"]*": )(?<error>[^"]*?)(?: \(prober.*)?(?:"|\)?$)""",
        Linear, PatternLimit.Milliseconds)]
    private static partial Regex Unreachable();

    // etcd 3.4: 2026-11-28 17:22:12.87 C | etcdmain: open /etc/ssl/certs/etcd/peer-key.pem: permission denied
    // etcd 3.4: panic: tocommit(12) is out of range [lastIndex(0)]. Was the raft log corrupted, truncated, or lost?
    // etcd 3.5: {"level":"fatal",…,"msg":"discovery failed",…,"error":"…"}
    [GeneratedRegex(
        """(?:^| )C \| [a-z]+: (?<error>.+)$|^panic: (?<error>.+)$|"level":"(?:fatal|panic)".*"error":"(?<error>(?:[^"\\]|\\.)*)""",
        Linear, PatternLimit.Milliseconds)]
    private static partial Regex Ended();

    [GeneratedRegex(
        """request sent was ignored \(cluster ID mismatch[^)"]*\)|request cluster ID mismatch \([^)"]*\)|cluster ID mismatch""",
        Linear, PatternLimit.Milliseconds)]
    private static partial Regex Mismatch();

    // The question to a name server for a name of the certificate, which is not about the certificate.
    [GeneratedRegex(
        """ \(lookup .*\)""",
        Linear, PatternLimit.Milliseconds)]
    private static partial Regex Lookup();
}
